import { sql, type Kysely } from 'kysely'
import { isPostgres, type Migrations } from '../core/index.ts'

/** Append only. A merged migration is never edited; the next one repairs it. */
export const jobsMigrations: Migrations = {
  '0001_jobs_job': {
    async up(db: Kysely<unknown>) {
      await sql`create table job (
        job_id bigint primary key, name text not null, name_key text not null,
        creator text not null, settings text not null, permissions text not null,
        created_at bigint not null, updated_at bigint not null
      )`.execute(db)
      await sql`create index job_name on job (name_key, job_id)`.execute(db)
      await sql`create table job_trigger (
        job_id bigint not null, position integer not null, kind text not null, spec text not null,
        paused integer not null, next_at bigint, state text not null,
        last_triggered text, last_not_triggered text, last_failed text,
        primary key (job_id, position)
      )`.execute(db)
      await sql`create index job_trigger_due on job_trigger (next_at) where next_at is not null`.execute(
        db,
      )
      await sql`create index job_trigger_kind on job_trigger (kind)`.execute(db)
    },
  },
  '0002_jobs_run': {
    async up(db: Kysely<unknown>) {
      await sql`create table job_definition (
        hash text primary key, settings text not null
      )`.execute(db)
      await sql`create table job_run (
        run_id bigint primary key, job_id bigint, name text not null, run_type text not null,
        trigger_type text not null, trigger_info text not null, creator text not null,
        run_as text not null, definition_hash text not null, parameters text not null,
        overrides text not null, life_cycle text not null, result text, code text,
        message text not null, active integer not null, dirty integer not null,
        created_at bigint not null, started_at bigint, ended_at bigint,
        cancel_requested_at bigint, timeout_seconds bigint not null, repair_count integer not null,
        idempotency_token text unique, parent_task_run_id bigint,
        owner text, epoch integer not null, lease_until bigint, deleted integer not null
      )`.execute(db)
      await sql`create index job_run_of_job on job_run (job_id, created_at, run_id) where deleted = 0`.execute(
        db,
      )
      await sql`create index job_run_by_time on job_run (created_at, run_id) where deleted = 0`.execute(
        db,
      )
      await sql`create index job_run_active on job_run (job_id, run_id) where active = 1`.execute(
        db,
      )
      await sql`create index job_run_dirty on job_run (run_id) where dirty = 1`.execute(db)
      await sql`create index job_run_definition on job_run (definition_hash)`.execute(db)
      await sql`create table job_repair (
        repair_id bigint primary key, run_id bigint not null, repair_index integer not null,
        life_cycle text not null, result text, code text, message text not null,
        started_at bigint not null, ended_at bigint
      )`.execute(db)
      await sql`create index job_repair_of_run on job_repair (run_id, repair_index)`.execute(db)
    },
  },
  '0003_jobs_task_run': {
    async up(db: Kysely<unknown>) {
      await sql`create table task_run (
        task_run_id bigint primary key, run_id bigint not null, task_key text not null,
        position integer not null, iteration integer, parent_task_run_id bigint,
        attempt_number integer not null, retry_number integer not null,
        repair_index integer not null, is_current integer not null,
        original_task_run_id bigint not null, life_cycle text not null, result text, code text,
        message text not null, created_at bigint not null, started_at bigint, ended_at bigint,
        setup_ms bigint not null, execution_ms bigint not null, not_before bigint,
        stop_reason text, cancel_requested integer not null, outcome text, input_count integer,
        environment text, wait_key text, delivered text
      )`.execute(db)
      await sql`create index task_run_of_run on task_run (run_id, position, attempt_number)`.execute(
        db,
      )
      await sql`create index task_run_of_parent on task_run (parent_task_run_id, iteration)
        where parent_task_run_id is not null`.execute(db)
      await sql`create index task_run_waiting on task_run (wait_key) where wait_key is not null`.execute(
        db,
      )
      await sql`create table task_output (
        task_run_id bigint primary key, resolved text, output text
      )`.execute(db)
      await sql`create table task_value (
        run_id bigint not null, task_key text not null, name text not null, value text not null,
        task_run_id bigint not null, updated_at bigint not null,
        primary key (run_id, task_key, name)
      )`.execute(db)
    },
  },
  '0004_jobs_seen_file': {
    async up(db: Kysely<unknown>) {
      await sql`create table job_seen_file (
        job_id bigint not null, position integer not null, path text not null,
        primary key (job_id, position, path)
      )`.execute(db)
    },
  },
  '0005_jobs_health': {
    async up(db: Kysely<unknown>) {
      await sql`alter table job_run add column health_broken_at bigint`.execute(db)
      await sql`alter table task_run add column health_broken_at bigint`.execute(db)
    },
  },
  '0006_jobs_active_runs': {
    async up(db: Kysely<unknown>) {
      await sql`create index job_run_active_by_time on job_run (created_at, run_id)
        where active = 1 and deleted = 0`.execute(db)
    },
  },
  '0007_jobs_active_by_state': {
    async up(db: Kysely<unknown>) {
      await sql`drop index job_run_active`.execute(db)
      await sql`create index job_run_active on job_run (job_id, life_cycle, run_id)
        where active = 1`.execute(db)
    },
  },
  '0008_jobs_notification': {
    async up(db: Kysely<unknown>) {
      await sql`create table notification_destination (
        id text primary key, display_name text not null, type text not null,
        sealed_config text not null, created_at bigint not null
      )`.execute(db)
      await sql`create table job_notification (
        id text primary key, channel text not null, target text not null, message text not null,
        state text not null, tries integer not null, next_try_at bigint not null,
        error text, created_at bigint not null
      )`.execute(db)
      await sql`create index job_notification_due on job_notification (next_try_at)
        where state = 'PENDING'`.execute(db)
    },
  },
  '0009_jobs_trigger_note': {
    async up(db: Kysely<unknown>) {
      await sql`create table job_trigger_note (
        id text primary key, job_id bigint not null, kind text not null, outcome text not null,
        description text not null, run_id bigint, created_at bigint not null
      )`.execute(db)
      await sql`create index job_trigger_note_job on job_trigger_note (job_id, id)`.execute(db)
    },
  },
  '0010_jobs_revision': {
    async up(db: Kysely<unknown>) {
      await sql`create table job_revision (
        job_id bigint not null, revision integer not null, settings text not null,
        changed_by text not null, changed_at bigint not null, primary key (job_id, revision)
      )`.execute(db)
      await sql`create index job_run_failed on job_run (created_at, run_id)
        where deleted = 0 and result in ('FAILED', 'TIMEDOUT')`.execute(db)
    },
  },
  '0011_jobs_backfill': {
    async up(db: Kysely<unknown>) {
      await sql`alter table job_run add column logical_at bigint`.execute(db)
      await sql`alter table job_run add column backfill_id bigint`.execute(db)
      const scheduledAt = isPostgres(db)
        ? sql`(trigger_info::json->>'scheduled_at')::bigint`
        : sql`json_extract(trigger_info, '$.scheduled_at')`
      await sql`update job_run set logical_at = ${scheduledAt}
        where trigger_type = 'PERIODIC'`.execute(db)
      await sql`create index job_run_logical on job_run (job_id, logical_at)
        where logical_at is not null`.execute(db)
      await sql`create index job_run_backfill on job_run (backfill_id)
        where backfill_id is not null and active = 1`.execute(db)
      await sql`create table job_backfill (
        backfill_id bigint primary key, job_id bigint not null, job_name text not null,
        creator text not null, spec text not null, max_parallel integer not null,
        state text not null, created_at bigint not null, ended_at bigint,
        cancel_requested_at bigint, idempotency_token text unique
      )`.execute(db)
      await sql`create index job_backfill_of_job on job_backfill (job_id, backfill_id)`.execute(db)
      await sql`create table job_backfill_interval (
        backfill_id bigint not null, position integer not null, logical_at bigint not null,
        action text not null, state text not null, reason text not null, run_id bigint,
        started_at bigint, ended_at bigint,
        primary key (backfill_id, position)
      )`.execute(db)
      await sql`create index job_backfill_interval_state
        on job_backfill_interval (backfill_id, state, position)`.execute(db)
    },
  },
  '0012_jobs_task_cache': {
    async up(db: Kysely<unknown>) {
      await sql`create table task_cache (
        task_run_id bigint primary key, scope text not null, task_key text not null,
        key_hash text not null, parts text not null, hit_of bigint, decision text not null,
        kept text, created_at bigint not null
      )`.execute(db)
      await sql`create index task_cache_key on task_cache (scope, task_key, key_hash, task_run_id)
        where kept is not null`.execute(db)
      await sql`create index task_cache_newest on task_cache (scope, task_key, task_run_id)
        where kept is not null`.execute(db)
    },
  },
}
