-- How many jobs of a workflow may be under way at once, and what becomes of those beyond; both null: no limit. Of the
-- workflow and not of its versions: it counts for whatever version a job runs.
alter table workflow
  add column concurrency_limit int check (concurrency_limit >= 1),
  add column concurrency_on_limit text check (concurrency_on_limit in ('queue', 'skip', 'keep-latest', 'cancel-oldest')),
  add constraint workflow_concurrency_whole check ((concurrency_limit is null) = (concurrency_on_limit is null));
