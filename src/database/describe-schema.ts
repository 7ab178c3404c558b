import sql from "sql-template-tag";
import type { Database, Queryable } from "./database.ts";

/**
 * All objects of the public schema as SQL-like text: the same text for the same schema, whatever the order they were
 * made in. For people and for comparing; there is no `pg_dump` on the machines of users.
 */
export async function describeSchema(database: Database): Promise<string> {
  return database.withTransaction(async (transaction) => {
    // Names in definitions are qualified only when they lie outside the search path.
    await transaction.query(sql`set local search_path = public`);
    const sections = [
      ...(await listStatements(transaction, EXTENSIONS)),
      ...(await listStatements(transaction, TYPES)),
      ...(await listStatements(transaction, SEQUENCES)),
      ...(await describeTables(transaction)),
      ...(await listStatements(transaction, VIEWS)),
      ...(await listStatements(transaction, FUNCTIONS)),
    ];
    return `${sections.join("\n\n")}\n`;
  });
}

interface Named {
  readonly name: string;
  readonly text: string;
}

async function listStatements(db: Queryable, statement: typeof EXTENSIONS): Promise<string[]> {
  const rows = await db.query<Named>(statement);
  return rows.toSorted(byName).map(({ text }) => text);
}

/** By code points: the database's collation is not the same everywhere. */
function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

async function describeTables(db: Queryable): Promise<string[]> {
  const tables = await db.query<TableRow>(TABLES);
  const parts = groupByTable(await db.query<PartRow>(TABLE_PARTS));
  const extras = groupByTable(await db.query<PartRow>(TABLE_EXTRAS));
  return tables.toSorted(byName).map((table) => {
    const body = (parts.get(table.name) ?? []).map(({ text }) => `  ${text}`).join(",\n");
    const columns = table.partition_of === null ? ` (\n${body}\n)` : ` partition of ${table.partition_of}`;
    const create = `create ${table.prefix}table ${table.name}${columns}${table.suffix};`;
    return [create, ...(extras.get(table.name) ?? []).map(({ text }) => `${text};`)].join("\n");
  });
}

interface TableRow {
  readonly name: string;
  readonly prefix: string;
  readonly partition_of: string | null;
  readonly suffix: string;
}

interface PartRow {
  readonly table_name: string;
  /** Columns before constraints, indexes before policies … */
  readonly rank: number;
  readonly name: string;
  readonly text: string;
}

function groupByTable(rows: readonly PartRow[]): Map<string, PartRow[]> {
  const groups = new Map<string, PartRow[]>();
  for (const row of rows.toSorted((a, b) => a.rank - b.rank || byName(a, b))) {
    groups.set(row.table_name, [...(groups.get(row.table_name) ?? []), row]);
  }
  return groups;
}

const EXTENSIONS = sql`
  select extname as name, format('create extension %I;', extname) as text
  from pg_extension where extname <> 'plpgsql'`;

const TYPES = sql`
  select t.typname as name,
    case t.typtype
      when 'e' then format('create type %I as enum (%s);', t.typname,
        (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid))
      else format('create domain %I as %s%s%s;', t.typname, format_type(t.typbasetype, t.typtypmod),
        case when t.typnotnull then ' not null' else '' end,
        (select string_agg(' ' || pg_get_constraintdef(c.oid), '' order by c.conname) from pg_constraint c
         where c.contypid = t.oid and c.contype = 'c'))
    end as text
  from pg_type t
  where t.typnamespace = 'public'::regnamespace and t.typtype in ('e', 'd')
    and not exists (select from pg_depend d where d.objid = t.oid and d.deptype = 'e')`;

const SEQUENCES = sql`
  select c.relname as name,
    format('create sequence %I as %s start %s increment %s%s;', c.relname, format_type(s.seqtypid, null), s.seqstart,
      s.seqincrement,
      (select format(' owned by %s.%I', d.refobjid::regclass, a.attname)
       from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
       where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i'))) as text
  from pg_class c join pg_sequence s on s.seqrelid = c.oid
  where c.relnamespace = 'public'::regnamespace
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('e', 'i'))`;

const TABLES = sql`
  select c.oid::regclass::text as name,
    case c.relpersistence when 'u' then 'unlogged ' else '' end as prefix,
    case when c.relispartition then
      (select format('%s %s', i.inhparent::regclass, pg_get_expr(c.relpartbound, c.oid)) from pg_inherits i
       where i.inhrelid = c.oid)
    end as partition_of,
    concat(
      case when c.relkind = 'p' then E'\npartition by ' || pg_get_partkeydef(c.oid) end,
      (select E'\nwith (' || string_agg(o, ', ' order by o collate "C") || ')' from unnest(c.reloptions) o)) as suffix
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')`;

/** Constraints of type n repeat `not null` from PostgreSQL 18 on; those a partition inherits are its parent's. */
const TABLE_PARTS = sql`
  select a.attrelid::regclass::text as table_name, a.attnum::int as rank, a.attname::text as name,
    concat(quote_ident(a.attname), ' ', format_type(a.atttypid, a.atttypmod),
      case when a.attcollation <> t.typcollation then ' collate ' || a.attcollation::regcollation end,
      case when a.attnotnull then ' not null' end,
      case a.attidentity when 'a' then ' generated always as identity' when 'd' then ' generated by default as identity' end,
      case when a.attgenerated = 's' then format(' generated always as (%s) stored', pg_get_expr(d.adbin, d.adrelid))
           when d.adbin is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid) end) as text
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
  join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attnum > 0 and not a.attisdropped
  union all
  select n.conrelid::regclass::text, 100000, n.conname::text,
    format('constraint %I %s', n.conname, pg_get_constraintdef(n.oid))
  from pg_constraint n
  where n.connamespace = 'public'::regnamespace and n.conrelid <> 0 and n.contype <> 'n' and n.conparentid = 0`;

const TABLE_EXTRAS = sql`
  select i.indrelid::regclass::text as table_name, 1 as rank, i.indexrelid::regclass::text as name,
    pg_get_indexdef(i.indexrelid) as text
  from pg_index i
  join pg_class c on c.oid = i.indexrelid and c.relnamespace = 'public'::regnamespace and not c.relispartition
  where not exists (select from pg_constraint n where n.conindid = i.indexrelid and n.contype in ('p', 'u', 'x'))
  union all
  select g.tgrelid::regclass::text, 2, g.tgname::text, pg_get_triggerdef(g.oid)
  from pg_trigger g join pg_class c on c.oid = g.tgrelid and c.relnamespace = 'public'::regnamespace
  where not g.tgisinternal and g.tgparentid = 0
  union all
  select c.oid::regclass::text, 3, 'row security', format('alter table %s %s', c.oid::regclass,
    concat_ws(', ', case when c.relrowsecurity then 'enable row level security' end,
      case when c.relforcerowsecurity then 'force row level security' end))
  from pg_class c where c.relnamespace = 'public'::regnamespace and (c.relrowsecurity or c.relforcerowsecurity)
  union all
  select c.oid::regclass::text, 4, p.polname::text,
    concat(format('create policy %I on %s as %s for %s', p.polname, c.oid::regclass,
        case when p.polpermissive then 'permissive' else 'restrictive' end,
        case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end),
      (select ' to ' || string_agg(quote_ident(r.rolname), ', ' order by r.rolname) from pg_roles r
       where r.oid = any (p.polroles)),
      ' using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
      ' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
  from pg_policy p join pg_class c on c.oid = p.polrelid and c.relnamespace = 'public'::regnamespace
  union all
  select c.oid::regclass::text, 6, g.grantee, format('grant %s on %s to %s', g.privileges, c.oid::regclass, g.grantee)
  from pg_class c, lateral (
    select coalesce(quote_ident(r.rolname), 'public') as grantee,
      string_agg(lower(a.privilege_type), ', ' order by a.privilege_type) as privileges
    from aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
    where a.grantee <> c.relowner group by 1) g
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  union all
  select c.oid::regclass::text, 5, s.stxname::text, pg_get_statisticsobjdef(s.oid)
  from pg_statistic_ext s join pg_class c on c.oid = s.stxrelid and c.relnamespace = 'public'::regnamespace`;

const VIEWS = sql`
  select c.relname as name,
    format(E'create %s %s%s as\n%s', case c.relkind when 'm' then 'materialized view' else 'view' end, c.oid::regclass,
      (select ' with (' || string_agg(o, ', ' order by o collate "C") || ')' from unnest(c.reloptions) o),
      pg_get_viewdef(c.oid)) as text
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm')
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')`;

const FUNCTIONS = sql`
  select p.oid::regprocedure::text as name, rtrim(pg_get_functiondef(p.oid), E'\n') || ';' as text
  from pg_proc p
  where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p', 'w')
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`;
