CREATE TABLE "api_keys" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "api_keys_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"user_id" integer NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"preview" text NOT NULL,
	"permissions" jsonb NOT NULL,
	"controls" jsonb NOT NULL,
	"status" text NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_keys_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"actor" text NOT NULL,
	"user_id" integer,
	"team_id" integer,
	"action" text NOT NULL,
	"target" text NOT NULL,
	"request_id" text NOT NULL,
	"details" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "audit_log_actor" CHECK ("audit_log"."actor" <> '')
);
--> statement-breakpoint
CREATE TABLE "databases" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "databases_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"uuid" uuid NOT NULL,
	"team_id" integer,
	"name" text,
	"plan" text,
	"status" text NOT NULL,
	"engine" text NOT NULL,
	"region" text NOT NULL,
	"storage_hard_limit_gb" double precision,
	"connection_hard_limit" integer,
	"warning_threshold_pct" integer,
	"server_id" integer NOT NULL,
	"db_name" text NOT NULL,
	"password_sealed" text NOT NULL,
	"pooled_at" timestamp (3) with time zone,
	"has_remote_resources" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"destroy_at" timestamp (3) with time zone,
	"destroyed_at" timestamp (3) with time zone,
	CONSTRAINT "databases_uuid_unique" UNIQUE("uuid")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"team_id" integer NOT NULL,
	"type" text NOT NULL,
	"data" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "fleet_servers" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "fleet_servers_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"engine" text NOT NULL,
	"region" text NOT NULL,
	"transport" text NOT NULL,
	"host" text NOT NULL,
	"port" integer NOT NULL,
	"advertised_host" text NOT NULL,
	"tls" boolean NOT NULL,
	"admin_user" text NOT NULL,
	"admin_password_sealed" text NOT NULL,
	"max_databases" integer NOT NULL,
	"max_connections" integer NOT NULL,
	"state" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "fleet_servers_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"team_id" integer NOT NULL,
	"user_id" integer NOT NULL,
	"role" text NOT NULL,
	"is_primary" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "memberships_user_id_team_id_pk" PRIMARY KEY("user_id","team_id")
);
--> statement-breakpoint
CREATE TABLE "operations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "operations_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"team_id" integer,
	"user_id" integer,
	"database_id" bigint NOT NULL,
	"state" text NOT NULL,
	"step" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"not_before" timestamp (3) with time zone NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"lease_token" uuid,
	"error_code" text,
	"error_message" text,
	"request_key" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "teams" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "teams_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "users_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"email" text NOT NULL,
	"name" text NOT NULL,
	"account_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email"),
	CONSTRAINT "users_account_id_unique" UNIQUE("account_id")
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "databases" ADD CONSTRAINT "databases_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "databases" ADD CONSTRAINT "databases_server_id_fleet_servers_id_fk" FOREIGN KEY ("server_id") REFERENCES "public"."fleet_servers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "operations" ADD CONSTRAINT "operations_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "operations" ADD CONSTRAINT "operations_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "operations" ADD CONSTRAINT "operations_database_id_databases_id_fk" FOREIGN KEY ("database_id") REFERENCES "public"."databases"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_user" ON "api_keys" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "audit_log_team" ON "audit_log" USING btree ("team_id","id" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "databases_live_name" ON "databases" USING btree ("team_id","name") WHERE "databases"."deleted_at" IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "databases_server_name" ON "databases" USING btree ("server_id","db_name") WHERE "databases"."destroyed_at" IS NULL;--> statement-breakpoint
CREATE INDEX "databases_team_newest" ON "databases" USING btree ("team_id","id" DESC NULLS LAST) WHERE "databases"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX "databases_pool" ON "databases" USING btree ("engine","region","id") WHERE "databases"."status" IN ('building', 'pooled');--> statement-breakpoint
CREATE INDEX "databases_on_server" ON "databases" USING btree ("server_id") WHERE "databases"."destroyed_at" IS NULL;--> statement-breakpoint
CREATE INDEX "events_team_newest" ON "events" USING btree ("team_id","id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "fleet_servers_place" ON "fleet_servers" USING btree ("engine","region","state");--> statement-breakpoint
CREATE UNIQUE INDEX "memberships_primary" ON "memberships" USING btree ("user_id") WHERE "memberships"."is_primary";--> statement-breakpoint
CREATE INDEX "memberships_team" ON "memberships" USING btree ("team_id");--> statement-breakpoint
CREATE UNIQUE INDEX "operations_request_key" ON "operations" USING btree ("request_key");--> statement-breakpoint
CREATE INDEX "operations_database" ON "operations" USING btree ("database_id","seq");--> statement-breakpoint
CREATE INDEX "operations_unfinished" ON "operations" USING btree ("not_before") WHERE "operations"."state" IN ('queued', 'running');--> statement-breakpoint
CREATE INDEX "operations_team_newest" ON "operations" USING btree ("team_id","seq" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "operations_state" ON "operations" USING btree ("state","seq" DESC NULLS LAST);