import { sql, type Kysely } from 'kysely'
import type { Migrations } from '../core/index.ts'

/** Append only. A merged migration is never edited; the next one repairs it. */
export const servingMigrations: Migrations = {
  '0001_serving_endpoint': {
    async up(db: Kysely<unknown>) {
      await sql`create table serving_endpoint (
        name text primary key, id text not null unique, creator text not null,
        created_at bigint not null, updated_at bigint not null, tags text not null,
        description text not null, update_state text not null, update_message text not null,
        live_config integer, pending_config integer
      )`.execute(db)
      await sql`create table serving_config (
        endpoint_id text not null, version integer not null, creator text not null,
        created_at bigint not null, capture text, primary key (endpoint_id, version)
      )`.execute(db)
      await sql`create table serving_entity (
        endpoint_id text not null, config_version integer not null, position integer not null,
        name text not null, model_name text not null, model_version integer not null,
        workload_size text not null, scale_to_zero integer not null,
        environment_vars text not null, traffic_percentage integer not null,
        state text not null, message text not null, flavour text,
        primary key (endpoint_id, config_version, name)
      )`.execute(db)
    },
  },
  '0002_serving_scoring': {
    async up(db: Kysely<unknown>) {
      await sql`create table serving_scoring (
        id text primary key, key text not null unique, model_name text not null,
        model_version integer not null, input_table text not null,
        input_version bigint not null, output_table text not null, output_version bigint,
        rows bigint not null, flavour text not null, attempt_id text,
        request_hash text not null, created_at bigint not null
      )`.execute(db)
      await sql`create index serving_scoring_open on serving_scoring (output_table)
        where output_version is null`.execute(db)
      await sql`create index serving_scoring_model on serving_scoring (model_name, model_version)`.execute(
        db,
      )
      await sql`create table serving_stream (
        name text primary key, model text not null, source_table text not null,
        output_table text not null, columns text not null, cursor_version bigint not null,
        paused integer not null, rows_scored bigint not null, error text not null,
        creator text not null, created_at bigint not null, updated_at bigint not null
      )`.execute(db)
      await sql`create index serving_stream_source on serving_stream (source_table)`.execute(db)
    },
  },
}
