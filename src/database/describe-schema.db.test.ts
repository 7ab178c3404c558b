import sql from "sql-template-tag";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../test/support/postgres.ts";
import { describeSchema } from "./describe-schema.ts";

let opened: TestDatabase;
beforeEach(async () => {
  opened = await openTestDatabase();
  await opened.database.query(sql`drop schema public cascade; create schema public`);
});
afterEach(() => opened.close());

describe("describeSchema", () => {
  test("shows every kind of object that a migration makes", async () => {
    await opened.database.query(sql`
      create extension pg_trgm;
      create type mood as enum ('calm', 'busy');
      create domain percent as int not null check (value between 0 and 100);
      create sequence ticket start with 5;
      create function one() returns int language sql immutable as 'select 1';
      create table account (
        tenant_id int not null, id bigint generated always as identity, name text collate "C" not null default 'x',
        doubled int generated always as (tenant_id * 2) stored,
        mood mood, share percent, primary key (tenant_id, id), unique (name), check (name <> '')
      ) with (fillfactor = 70);
      create index account_name on account (lower(name)) where id > 1;
      alter table account enable row level security;
      alter table account force row level security;
      create policy own on account using (tenant_id = 1) with check (tenant_id = 1);
      create policy seen on account for select to pg_monitor using (true);
      grant select, insert on account to pg_monitor;
      create table entry (tenant_id int, at timestamptz, account_id bigint,
        foreign key (tenant_id, account_id) references account on delete cascade) partition by range (at);
      create table entry_2026 partition of entry for values from ('2026-01-01') to ('2027-01-01');
      create index entry_at on entry (at);
      create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
      create trigger touched before update on account for each row execute function touch();
      create view named with (security_invoker = true) as select name from account;
    `);

    const text = await describeSchema(opened.database);

    for (const part of [
      "create extension pg_trgm;",
      "create type mood as enum ('calm', 'busy');",
      "create domain percent as integer not null CHECK",
      "create sequence ticket as bigint start 5 increment 1;",
      "id bigint not null generated always as identity,",
      `name text collate "C" not null default 'x'::text,`,
      "doubled integer generated always as ((tenant_id * 2)) stored,",
      "constraint account_name_check CHECK ((name <> ''::text)),",
      "constraint account_pkey PRIMARY KEY (tenant_id, id)",
      "with (fillfactor=70);",
      "CREATE INDEX account_name ON public.account USING btree (lower(name)) WHERE (id > 1);",
      "CREATE TRIGGER touched BEFORE UPDATE ON public.account FOR EACH ROW EXECUTE FUNCTION touch();",
      "alter table account enable row level security, force row level security;",
      "create policy own on account as permissive for all using ((tenant_id = 1)) with check ((tenant_id = 1));",
      "create policy seen on account as permissive for select to pg_monitor using (true);",
      "grant insert, select on account to pg_monitor;",
      "FOREIGN KEY (tenant_id, account_id) REFERENCES account(tenant_id, id) ON DELETE CASCADE",
      "partition by RANGE (at);",
      "create table entry_2026 partition of entry FOR VALUES FROM ('2026-01-01 00:00:00+00')",
      "create view named with (security_invoker=true) as",
      "CREATE OR REPLACE FUNCTION public.touch()",
    ]) {
      expect(text).toContain(part);
    }
  });

  test("is the same whatever the order the objects were made in", async () => {
    await opened.database.query(sql`create table b (x int, constraint q check (x > 0), constraint p check (x > 1));
      create table a (y int); create index a2 on a (y); create index a1 on a (y)`);
    const first = await describeSchema(opened.database);
    await opened.database.query(sql`drop table a, b;
      create table a (y int); create index a1 on a (y); create index a2 on a (y);
      create table b (x int, constraint p check (x > 1), constraint q check (x > 0))`);

    expect(await describeSchema(opened.database)).toBe(first);
  });
});
