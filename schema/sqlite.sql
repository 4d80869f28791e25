-- The schema after every migration, made by 'npm run schema'; a test holds it against the code.

CREATE TABLE audit_entry (
  seq integer primary key autoincrement,
  action text not null,
  subject text not null,
  principal text not null,
  data text not null,
  created_at bigint not null,
  previous_hash text not null unique,
  hash text not null unique
);

CREATE INDEX "audit_entry_subject" on "audit_entry" ("subject", "seq");

CREATE TABLE auth_grant (
  id integer primary key autoincrement,
  role_id bigint not null references auth_role (id),
  resource_type text not null,
  resource_pattern text not null,
  permission text not null,
  unique (role_id, resource_type, resource_pattern)
);

CREATE INDEX auth_grant_resource on auth_grant (resource_type, resource_pattern);

CREATE TABLE "auth_key_check" (
  "id" integer primary key,
  "sealed" text not null
);

CREATE TABLE auth_role (
  id integer primary key autoincrement,
  name text not null unique,
  description text,
  user_id bigint unique references auth_user (id)
);

CREATE TABLE auth_role_member (
  id integer primary key autoincrement,
  role_id bigint not null references auth_role (id),
  user_id bigint not null references auth_user (id),
  unique (user_id, role_id)
);

CREATE INDEX auth_role_member_role on auth_role_member (role_id);

CREATE TABLE "auth_secret" (
  "scope" text not null,
  "key" text not null,
  "sealed" text not null,
  "updated_at" bigint not null,
  constraint "auth_secret_pk" primary key ("scope", "key")
);

CREATE TABLE "auth_secret_acl" (
  "scope" text not null,
  "principal" text not null,
  "permission" text not null,
  constraint "auth_secret_acl_pk" primary key ("scope", "principal")
);

CREATE TABLE "auth_secret_scope" (
  "name" text primary key,
  "creator" text not null,
  "created_at" bigint not null
);

CREATE TABLE "auth_token" (
  "id" text primary key,
  "hash" text not null unique,
  "principal" text not null,
  "kind" text not null,
  "is_owner" integer not null,
  "attempt_id" text,
  "comment" text not null,
  "created_at" bigint not null,
  "expires_at" bigint
);

CREATE INDEX auth_token_principal on auth_token (principal);

CREATE TABLE auth_user (
  id integer primary key autoincrement,
  name text not null unique,
  password_hash text not null,
  is_admin integer not null,
  created_at bigint not null
);

CREATE TABLE "automl_search" (
  "id" text primary key,
  "name" text not null unique,
  "state" text not null,
  "message" text,
  "table_name" text not null,
  "table_version" bigint not null,
  "rows" bigint not null,
  "unlabelled" bigint not null,
  "sha256" text,
  "spec" text not null,
  "task" text not null,
  "dropped" text not null,
  "file_columns" text not null,
  "experiment_id" text not null,
  "run_id" text not null,
  "environment" text,
  "principal" text not null,
  "principal_kind" text not null,
  "principal_is_owner" integer not null,
  "attempt_id" text,
  "idempotency_token" text unique,
  "exploration_path" text,
  "created_at" bigint not null,
  "started_at" bigint,
  "ended_at" bigint
);

CREATE INDEX "automl_search_state" on "automl_search" ("state", "id");

CREATE TABLE "automl_trial" (
  "search_id" text not null references "automl_search" ("id"),
  "number" integer not null,
  "learner" text not null,
  "point" text not null,
  "state" text not null,
  "run_id" text not null unique,
  "attempt_id" text not null,
  "score" double precision,
  "metrics" text not null,
  "notebook_path" text,
  "error" text,
  "started_at" bigint not null,
  "ended_at" bigint,
  constraint "automl_trial_pk" primary key ("search_id", "number")
);

CREATE TABLE "compute_attempt" (
  "attempt_id" text primary key,
  "environment" text not null,
  "entry" text not null,
  "state" text not null,
  "reason" text,
  "exit_code" integer,
  "started_at" bigint not null,
  "ended_at" bigint,
  "max_rss_bytes" bigint,
  "cpu_ms" bigint
);

CREATE INDEX "compute_attempt_state" on "compute_attempt" ("state", "attempt_id");

CREATE TABLE "compute_environment" (
  "hash" text primary key,
  "lock" text not null,
  "requirements" text not null,
  "python_version" text not null,
  "state" text not null,
  "error" text,
  "size_bytes" bigint,
  "created_at" bigint not null,
  "ready_at" bigint
);

CREATE TABLE "compute_resolution" (
  "key" text primary key,
  "hash" text not null,
  "resolved_at" bigint not null
);

CREATE TABLE evaluation_dataset (
  id integer primary key autoincrement,
  dataset_id text not null unique,
  name text not null,
  digest text not null,
  schema_json text not null,
  record_count bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  created_by text not null,
  updated_by text not null
);

CREATE INDEX evaluation_dataset_name on evaluation_dataset (name);

CREATE INDEX evaluation_dataset_recent on evaluation_dataset (created_at desc, id desc);

CREATE TABLE evaluation_dataset_experiment (
  dataset bigint not null references evaluation_dataset (id) on delete cascade,
  experiment bigint not null,
  primary key (dataset, experiment)
);

CREATE INDEX evaluation_dataset_experiment_dataset on evaluation_dataset_experiment (experiment, dataset);

CREATE TABLE evaluation_dataset_tag (
  dataset bigint not null references evaluation_dataset (id) on delete cascade,
  key text not null,
  value text not null,
  primary key (dataset, key)
);

CREATE TABLE evaluation_record (
  id integer primary key autoincrement,
  record_id text not null unique,
  dataset bigint not null references evaluation_dataset (id) on delete cascade,
  input_hash text not null,
  body text not null,
  created_at bigint not null,
  updated_at bigint not null,
  created_by text not null,
  updated_by text not null,
  unique (dataset, input_hash)
);

CREATE INDEX evaluation_record_dataset on evaluation_record (dataset, id);

CREATE TABLE evaluation_scorer (
  id integer primary key autoincrement,
  scorer_id text not null unique,
  experiment bigint not null,
  name text not null,
  unique (experiment, name)
);

CREATE TABLE evaluation_scorer_version (
  scorer bigint not null references evaluation_scorer (id) on delete cascade,
  version bigint not null,
  serialized text not null,
  created_at bigint not null,
  primary key (scorer, version)
);

CREATE TABLE event (
  seq integer primary key autoincrement,
  id text not null unique,
  type text not null,
  subject text not null,
  payload text not null,
  principal text not null,
  created_at bigint not null
);

CREATE INDEX "event_subject" on "event" ("subject", "seq");

CREATE INDEX "event_type" on "event" ("type", "seq");

CREATE TABLE "event_cursor" (
  "consumer" text primary key,
  "seq" bigint not null
);

CREATE TABLE "feature_view" (
  "name" text not null,
  "version" integer not null,
  "definition" text not null,
  "creator" text not null,
  "created_at" bigint not null,
  constraint "feature_view_pk" primary key ("name", "version")
);

CREATE TABLE "gate_contract" (
  "model" text not null,
  "version" integer not null,
  "content" text not null,
  "creator" text not null,
  "created_at" bigint not null,
  constraint "gate_contract_pk" primary key ("model", "version")
);

CREATE TABLE "gate_evaluation" (
  "id" text primary key,
  "model" text not null,
  "version" integer not null,
  "contract_version" integer not null,
  "champion_version" integer,
  "dataset" text not null,
  "dataset_version" bigint,
  "passed" integer not null,
  "checks" text not null,
  "principal" text not null,
  "created_at" bigint not null
);

CREATE INDEX "gate_evaluation_of" on "gate_evaluation" ("model", "version", "id");

CREATE TABLE job (
  job_id bigint primary key,
  name text not null,
  name_key text not null,
  creator text not null,
  settings text not null,
  permissions text not null,
  created_at bigint not null,
  updated_at bigint not null
);

CREATE INDEX job_name on job (name_key, job_id);

CREATE TABLE job_backfill (
  backfill_id bigint primary key,
  job_id bigint not null,
  job_name text not null,
  creator text not null,
  spec text not null,
  max_parallel integer not null,
  state text not null,
  created_at bigint not null,
  ended_at bigint,
  cancel_requested_at bigint,
  idempotency_token text unique
);

CREATE INDEX job_backfill_of_job on job_backfill (job_id, backfill_id);

CREATE TABLE job_backfill_interval (
  backfill_id bigint not null,
  position integer not null,
  logical_at bigint not null,
  action text not null,
  state text not null,
  reason text not null,
  run_id bigint,
  started_at bigint,
  ended_at bigint,
  primary key (backfill_id, position)
);

CREATE INDEX job_backfill_interval_state on job_backfill_interval (backfill_id, state, position);

CREATE TABLE job_definition (
  hash text primary key,
  settings text not null
);

CREATE TABLE job_notification (
  id text primary key,
  channel text not null,
  target text not null,
  message text not null,
  state text not null,
  tries integer not null,
  next_try_at bigint not null,
  error text,
  created_at bigint not null
);

CREATE INDEX job_notification_due on job_notification (next_try_at) where state = 'PENDING';

CREATE TABLE job_repair (
  repair_id bigint primary key,
  run_id bigint not null,
  repair_index integer not null,
  life_cycle text not null,
  result text,
  code text,
  message text not null,
  started_at bigint not null,
  ended_at bigint
);

CREATE INDEX job_repair_of_run on job_repair (run_id, repair_index);

CREATE TABLE job_revision (
  job_id bigint not null,
  revision integer not null,
  settings text not null,
  changed_by text not null,
  changed_at bigint not null,
  primary key (job_id, revision)
);

CREATE TABLE job_run (
  run_id bigint primary key,
  job_id bigint,
  name text not null,
  run_type text not null,
  trigger_type text not null,
  trigger_info text not null,
  creator text not null,
  run_as text not null,
  definition_hash text not null,
  parameters text not null,
  overrides text not null,
  life_cycle text not null,
  result text,
  code text,
  message text not null,
  active integer not null,
  dirty integer not null,
  created_at bigint not null,
  started_at bigint,
  ended_at bigint,
  cancel_requested_at bigint,
  timeout_seconds bigint not null,
  repair_count integer not null,
  idempotency_token text unique,
  parent_task_run_id bigint,
  owner text,
  epoch integer not null,
  lease_until bigint,
  deleted integer not null ,
  health_broken_at bigint,
  logical_at bigint,
  backfill_id bigint
);

CREATE INDEX job_run_active on job_run (job_id, life_cycle, run_id) where active = 1;

CREATE INDEX job_run_active_by_time on job_run (created_at, run_id) where active = 1 and deleted = 0;

CREATE INDEX job_run_backfill on job_run (backfill_id) where backfill_id is not null and active = 1;

CREATE INDEX job_run_by_time on job_run (created_at, run_id) where deleted = 0;

CREATE INDEX job_run_definition on job_run (definition_hash);

CREATE INDEX job_run_dirty on job_run (run_id) where dirty = 1;

CREATE INDEX job_run_failed on job_run (created_at, run_id) where deleted = 0 and result in ('FAILED', 'TIMEDOUT');

CREATE INDEX job_run_logical on job_run (job_id, logical_at) where logical_at is not null;

CREATE INDEX job_run_of_job on job_run (job_id, created_at, run_id) where deleted = 0;

CREATE TABLE job_seen_file (
  job_id bigint not null,
  position integer not null,
  path text not null,
  primary key (job_id, position, path)
);

CREATE TABLE job_trigger (
  job_id bigint not null,
  position integer not null,
  kind text not null,
  spec text not null,
  paused integer not null,
  next_at bigint,
  state text not null,
  last_triggered text,
  last_not_triggered text,
  last_failed text,
  primary key (job_id, position)
);

CREATE INDEX job_trigger_due on job_trigger (next_at) where next_at is not null;

CREATE INDEX job_trigger_kind on job_trigger (kind);

CREATE TABLE job_trigger_note (
  id text primary key,
  job_id bigint not null,
  kind text not null,
  outcome text not null,
  description text not null,
  run_id bigint,
  created_at bigint not null
);

CREATE INDEX job_trigger_note_job on job_trigger_note (job_id, id);

CREATE TABLE "lineage_edge" (
  "id" text primary key,
  "kind" text not null,
  "from_node" text not null,
  "to_node" text not null,
  "data" text not null,
  "principal" text not null,
  "created_at" bigint not null,
  constraint "lineage_edge_once" unique ("from_node", "kind", "to_node")
);

CREATE INDEX "lineage_edge_to" on "lineage_edge" ("to_node", "kind");

CREATE TABLE "monitor" (
  "name" text primary key,
  "definition" text not null,
  "creator" text not null,
  "created_at" bigint not null,
  "refreshed_at" bigint,
  "refreshed_version" bigint
);

CREATE TABLE "monitor_alert" (
  "id" text primary key,
  "monitor" text not null,
  "table_name" text not null,
  "column_name" text not null,
  "metric" text not null,
  "slice" text not null,
  "value" double precision not null,
  "limit_value" double precision not null,
  "window_end" text not null,
  "created_at" bigint not null,
  "table_version" bigint default -1 not null
);

CREATE INDEX "monitor_alert_of" on "monitor_alert" ("monitor", "id");

CREATE INDEX "monitor_alert_raised" on "monitor_alert" ("monitor", "table_version");

CREATE TABLE notification_destination (
  id text primary key,
  display_name text not null,
  type text not null,
  sealed_config text not null,
  created_at bigint not null
);

CREATE TABLE "provenance_replay" (
  "id" text primary key,
  "model" text not null,
  "version" integer not null,
  "state" text not null,
  "original_run" text not null,
  "replay_run" text not null,
  "pins" text not null,
  "outcome" text,
  "message" text,
  "principal" text not null,
  "created_at" bigint not null,
  "ended_at" bigint
);

CREATE INDEX "provenance_replay_of" on "provenance_replay" ("model", "version", "id");

CREATE INDEX "provenance_replay_state" on "provenance_replay" ("state");

CREATE TABLE registry_activity (
  id text primary key,
  version bigint not null references registry_version (id) on delete cascade,
  type text not null,
  user_id text not null,
  from_stage text not null,
  to_stage text not null,
  comment text not null,
  system_comment text not null,
  created_at bigint not null,
  updated_at bigint not null
);

CREATE INDEX registry_activity_version on registry_activity (version, id);

CREATE TABLE registry_alias (
  model bigint not null references registry_model (id) on delete cascade,
  alias text not null,
  version bigint not null,
  primary key (model, alias)
);

CREATE TABLE registry_model (
  id integer primary key autoincrement,
  name text not null unique,
  description text not null,
  user_id text not null,
  last_version bigint not null,
  created_at bigint not null,
  updated_at bigint not null
);

CREATE TABLE registry_model_tag (
  model bigint not null references registry_model (id) on delete cascade,
  key text not null,
  value text not null,
  primary key (model, key)
);

CREATE TABLE registry_protection (
  name text not null,
  stage text not null,
  approvers text not null,
  expires_ms bigint,
  primary key (name, stage)
);

CREATE TABLE registry_request (
  id text primary key,
  version bigint not null references registry_version (id) on delete cascade,
  stage text not null,
  creator text not null,
  comment text not null,
  state text not null,
  created_at bigint not null,
  expires_at bigint,
  decided_at bigint,
  decided_by text,
  decision_comment text
);

CREATE INDEX registry_request_state on registry_request (state, created_at);

CREATE INDEX registry_request_version on registry_request (version, stage, state);

CREATE TABLE registry_version (
  id integer primary key autoincrement,
  model bigint not null references registry_model (id) on delete cascade,
  version bigint not null,
  stage text not null,
  description text not null,
  user_id text not null,
  source text not null,
  storage_uri text not null,
  run_id text not null,
  run_link text not null,
  model_id text not null,
  status text not null,
  created_at bigint not null,
  updated_at bigint not null,
  unique (model, version)
);

CREATE INDEX registry_version_run on registry_version (run_id);

CREATE INDEX registry_version_updated on registry_version (updated_at desc);

CREATE TABLE registry_version_tag (
  version bigint not null references registry_version (id) on delete cascade,
  key text not null,
  value text not null,
  primary key (version, key)
);

CREATE TABLE serving_config (
  endpoint_id text not null,
  version integer not null,
  creator text not null,
  created_at bigint not null,
  capture text,
  primary key (endpoint_id, version)
);

CREATE TABLE serving_endpoint (
  name text primary key,
  id text not null unique,
  creator text not null,
  created_at bigint not null,
  updated_at bigint not null,
  tags text not null,
  description text not null,
  update_state text not null,
  update_message text not null,
  live_config integer,
  pending_config integer
);

CREATE TABLE serving_entity (
  endpoint_id text not null,
  config_version integer not null,
  position integer not null,
  name text not null,
  model_name text not null,
  model_version integer not null,
  workload_size text not null,
  scale_to_zero integer not null,
  environment_vars text not null,
  traffic_percentage integer not null,
  state text not null,
  message text not null,
  flavour text,
  primary key (endpoint_id, config_version, name)
);

CREATE TABLE serving_scoring (
  id text primary key,
  key text not null unique,
  model_name text not null,
  model_version integer not null,
  input_table text not null,
  input_version bigint not null,
  output_table text not null,
  output_version bigint,
  rows bigint not null,
  flavour text not null,
  attempt_id text,
  request_hash text not null,
  created_at bigint not null
);

CREATE INDEX serving_scoring_model on serving_scoring (model_name, model_version);

CREATE INDEX serving_scoring_open on serving_scoring (output_table) where output_version is null;

CREATE TABLE serving_stream (
  name text primary key,
  model text not null,
  source_table text not null,
  output_table text not null,
  columns text not null,
  cursor_version bigint not null,
  paused integer not null,
  rows_scored bigint not null,
  error text not null,
  creator text not null,
  created_at bigint not null,
  updated_at bigint not null
);

CREATE INDEX serving_stream_source on serving_stream (source_table);

CREATE TABLE "table_entry" (
  "id" text primary key,
  "schema_name" text not null references "table_schema" ("name"),
  "name" text not null,
  "location" text not null,
  "is_managed" integer not null,
  "event_version" bigint not null,
  "created_by" text not null,
  "created_at" bigint not null,
  "updated_at" bigint not null,
  constraint "table_entry_name" unique ("schema_name", "name")
);

CREATE TABLE "table_schema" (
  "name" text primary key,
  "comment" text,
  "created_by" text not null,
  "created_at" bigint not null
);

CREATE TABLE "table_stage" (
  "id" text primary key,
  "attempt_id" text not null,
  "table_name" text not null,
  "mode" text not null,
  "keys" text not null,
  "location" text not null,
  "file" text not null,
  "schema_string" text not null,
  "properties" text not null,
  "rows" bigint not null,
  "principal" text not null,
  "created_at" bigint not null,
  "request_id" text,
  "partition_columns" text default '[]' not null,
  "comment" text,
  "change_plan" text
);

CREATE INDEX "table_stage_attempt" on "table_stage" ("attempt_id", "id");

CREATE UNIQUE INDEX "table_stage_request" on "table_stage" ("attempt_id", "request_id");

CREATE TABLE task_cache (
  task_run_id bigint primary key,
  scope text not null,
  task_key text not null,
  key_hash text not null,
  parts text not null,
  hit_of bigint,
  decision text not null,
  kept text,
  created_at bigint not null
);

CREATE INDEX task_cache_key on task_cache (scope, task_key, key_hash, task_run_id) where kept is not null;

CREATE INDEX task_cache_newest on task_cache (scope, task_key, task_run_id) where kept is not null;

CREATE TABLE task_output (
  task_run_id bigint primary key,
  resolved text,
  output text
);

CREATE TABLE task_run (
  task_run_id bigint primary key,
  run_id bigint not null,
  task_key text not null,
  position integer not null,
  iteration integer,
  parent_task_run_id bigint,
  attempt_number integer not null,
  retry_number integer not null,
  repair_index integer not null,
  is_current integer not null,
  original_task_run_id bigint not null,
  life_cycle text not null,
  result text,
  code text,
  message text not null,
  created_at bigint not null,
  started_at bigint,
  ended_at bigint,
  setup_ms bigint not null,
  execution_ms bigint not null,
  not_before bigint,
  stop_reason text,
  cancel_requested integer not null,
  outcome text,
  input_count integer,
  environment text,
  wait_key text,
  delivered text ,
  health_broken_at bigint
);

CREATE INDEX task_run_of_parent on task_run (parent_task_run_id, iteration) where parent_task_run_id is not null;

CREATE INDEX task_run_of_run on task_run (run_id, position, attempt_number);

CREATE INDEX task_run_waiting on task_run (wait_key) where wait_key is not null;

CREATE TABLE task_value (
  run_id bigint not null,
  task_key text not null,
  name text not null,
  value text not null,
  task_run_id bigint not null,
  updated_at bigint not null,
  primary key (run_id, task_key, name)
);

CREATE TABLE tracking_assessment (
  id text primary key,
  trace bigint not null,
  created_at bigint not null,
  body text not null
);

CREATE INDEX tracking_assessment_trace on tracking_assessment (trace, created_at);

CREATE TABLE tracking_dataset (
  id integer primary key autoincrement,
  experiment bigint not null,
  name text not null,
  digest text not null,
  source_type text not null,
  source text not null,
  schema text,
  profile text,
  unique (experiment, name, digest)
);

CREATE TABLE tracking_experiment (
  id integer primary key autoincrement,
  name text not null unique,
  artifact_location text not null,
  lifecycle_stage text not null,
  created_at bigint not null,
  updated_at bigint not null
);

CREATE TABLE tracking_experiment_tag (
  experiment bigint not null references tracking_experiment (id),
  key text not null,
  value text not null,
  primary key (experiment, key)
);

CREATE TABLE tracking_key (
  id integer primary key autoincrement,
  name text not null unique
);

CREATE TABLE tracking_latest_metric (
  run bigint not null,
  key bigint not null,
  experiment bigint not null,
  value real not null,
  is_nan smallint not null,
  timestamp bigint not null,
  step bigint not null,
  primary key (run, key)
) without rowid;

CREATE INDEX tracking_latest_metric_value on tracking_latest_metric (experiment, key, is_nan, value, run);

CREATE TABLE tracking_leftover (
  path text primary key,
  created_at bigint not null
);

CREATE TABLE tracking_logged_model (
  id integer primary key autoincrement,
  model_id text not null unique,
  experiment bigint not null references tracking_experiment (id),
  name text not null,
  artifact_uri text not null,
  status text not null,
  model_type text not null,
  source_run_id text not null,
  status_message text not null,
  lifecycle_stage text not null,
  created_at bigint not null,
  updated_at bigint not null
);

CREATE INDEX tracking_logged_model_recent on tracking_logged_model (experiment, lifecycle_stage, created_at desc, model_id);

CREATE INDEX tracking_logged_model_run on tracking_logged_model (source_run_id);

CREATE TABLE tracking_logged_model_metric (
  model bigint not null,
  key text not null,
  timestamp bigint not null,
  step bigint not null,
  run_id text not null,
  value real not null,
  is_nan smallint not null,
  dataset_name text not null,
  dataset_digest text not null,
  primary key (model, key, timestamp, step, run_id)
);

CREATE TABLE tracking_logged_model_param (
  model bigint not null,
  key text not null,
  value text not null,
  primary key (model, key)
);

CREATE TABLE tracking_logged_model_tag (
  model bigint not null,
  key text not null,
  value text not null,
  primary key (model, key)
);

CREATE TABLE tracking_metric_chunk (
  id integer primary key,
  run bigint not null,
  key bigint not null,
  seq bigint not null,
  last_time bigint not null,
  points blob not null
);

CREATE UNIQUE INDEX tracking_metric_chunk_place on tracking_metric_chunk (run, key, seq);

CREATE TABLE tracking_metric_log (
  id integer primary key,
  run bigint not null,
  points blob not null
);

CREATE TABLE tracking_param (
  run bigint not null,
  key bigint not null,
  experiment bigint not null,
  value text not null,
  primary key (run, key)
) without rowid;

CREATE INDEX tracking_param_value on tracking_param (experiment, key, substr(value, 1, 64), run);

CREATE TABLE tracking_run (
  id integer primary key autoincrement,
  run_id text not null unique,
  experiment bigint not null references tracking_experiment (id),
  name text not null,
  user_id text not null,
  status text not null,
  started_at bigint not null,
  ended_at bigint,
  lifecycle_stage text not null,
  deleted_at bigint,
  artifact_uri text not null
);

CREATE INDEX tracking_run_recent on tracking_run (experiment, lifecycle_stage, started_at desc, run_id);

CREATE INDEX tracking_run_status on tracking_run (experiment, status, started_at);

CREATE TABLE tracking_run_dataset (
  run bigint not null,
  dataset bigint not null,
  primary key (run, dataset)
);

CREATE INDEX tracking_run_dataset_dataset on tracking_run_dataset (dataset, run);

CREATE TABLE tracking_run_dataset_tag (
  run bigint not null,
  dataset bigint not null,
  name text not null,
  value text not null,
  primary key (run, dataset, name)
);

CREATE TABLE tracking_run_model (
  run bigint not null,
  direction text not null,
  model_id text not null,
  step bigint not null,
  primary key (run, direction, model_id)
);

CREATE TABLE tracking_run_snapshot (
  run bigint primary key,
  body text not null
);

CREATE TABLE tracking_span_pack (
  id integer primary key autoincrement,
  trace bigint not null,
  spans text not null
);

CREATE INDEX tracking_span_pack_trace on tracking_span_pack (trace);

CREATE TABLE tracking_tag (
  run bigint not null,
  key bigint not null,
  experiment bigint not null,
  value text not null,
  primary key (run, key)
) without rowid;

CREATE INDEX tracking_tag_value on tracking_tag (experiment, key, substr(value, 1, 64), run);

CREATE TABLE tracking_trace (
  id integer primary key autoincrement,
  trace_id text not null unique,
  experiment bigint not null,
  client_request_id text not null,
  request_preview text not null,
  response_preview text not null,
  request_time bigint not null,
  execution_ms real,
  state text not null
);

CREATE INDEX tracking_trace_recent on tracking_trace (experiment, request_time desc, trace_id);

CREATE TABLE tracking_trace_pair (
  trace bigint not null,
  kind text not null,
  key text not null,
  value text not null,
  primary key (trace, kind, key)
);

CREATE TABLE tracking_trace_run (
  trace bigint not null,
  run_id text not null,
  primary key (run_id, trace)
);

CREATE TABLE "webhook_delivery" (
  "id" text primary key,
  "subscription_id" text not null references "webhook_subscription" ("id"),
  "event_seq" bigint not null,
  "event" text not null,
  "body" text not null,
  "state" text not null,
  "tries" integer not null,
  "next_try_at" bigint not null,
  "last_status" integer,
  "last_outcome" text,
  "created_at" bigint not null,
  "finished_at" bigint,
  constraint "webhook_delivery_once" unique ("subscription_id", "event_seq")
);

CREATE INDEX "webhook_delivery_due" on "webhook_delivery" ("state", "next_try_at");

CREATE INDEX "webhook_delivery_of" on "webhook_delivery" ("subscription_id", "id");

CREATE TABLE "webhook_subscription" (
  "id" text primary key,
  "dialect" text not null,
  "name" text not null,
  "description" text not null,
  "status" text not null,
  "model_name" text,
  "events" text not null,
  "url" text,
  "verify_tls" integer not null,
  "job_id" bigint,
  "sealed_secrets" text not null,
  "creator" text not null,
  "created_at" bigint not null,
  "updated_at" bigint not null,
  "deleted_at" bigint
);

CREATE TABLE "workspace_deployment" (
  "id" text primary key,
  "name" text not null,
  "target" text not null,
  "root_path" text not null,
  "commit_sha" text,
  "branch" text,
  "dirty_diff" text not null,
  "resources" text not null,
  "principal" text not null,
  "created_at" bigint not null
);

CREATE INDEX "workspace_deployment_root" on "workspace_deployment" ("root_path", "id");

CREATE TABLE "workspace_object" (
  "path" text primary key,
  "parent" text not null,
  "object_id" bigint not null,
  "type" text not null,
  "language" text,
  "format" text,
  "size" bigint not null,
  "hash" text not null,
  "created_at" bigint not null,
  "modified_at" bigint not null
);

CREATE INDEX "workspace_object_parent" on "workspace_object" ("parent", "path");
