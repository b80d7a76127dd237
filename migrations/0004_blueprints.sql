CREATE TABLE "blueprint_application_logs" (
	"application_id" integer NOT NULL,
	"first_statement" integer NOT NULL,
	"entries" jsonb NOT NULL,
	CONSTRAINT "blueprint_application_logs_application_id_first_statement_pk" PRIMARY KEY("application_id","first_statement")
);
--> statement-breakpoint
CREATE TABLE "blueprint_applications" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "blueprint_applications_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"database_id" bigint NOT NULL,
	"blueprint_id" integer NOT NULL,
	"blueprint_version" integer NOT NULL,
	"team_id" integer NOT NULL,
	"user_id" integer NOT NULL,
	"status" text NOT NULL,
	"is_dry_run" boolean NOT NULL,
	"is_for_creation" boolean NOT NULL,
	"variables_sealed" text NOT NULL,
	"statements_total" integer NOT NULL,
	"statements_succeeded" integer DEFAULT 0 NOT NULL,
	"statements_failed" integer DEFAULT 0 NOT NULL,
	"error_code" text,
	"error_message" text,
	"duration_ms" integer,
	"attempts" integer DEFAULT 0 NOT NULL,
	"checkpoint" text,
	"not_before" timestamp (3) with time zone NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"lease_token" uuid,
	"request_key" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"completed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "blueprint_versions" (
	"blueprint_id" integer NOT NULL,
	"version" integer NOT NULL,
	"sql_content" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"variables" jsonb,
	"manifest" jsonb NOT NULL,
	"pieces" jsonb NOT NULL,
	"request_key" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "blueprint_versions_blueprint_id_version_pk" PRIMARY KEY("blueprint_id","version")
);
--> statement-breakpoint
CREATE TABLE "blueprints" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "blueprints_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"uuid" uuid NOT NULL,
	"team_id" integer,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"description" text,
	"version" integer NOT NULL,
	"request_key" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "blueprints_uuid_unique" UNIQUE("uuid")
);
--> statement-breakpoint
ALTER TABLE "blueprint_application_logs" ADD CONSTRAINT "blueprint_application_logs_application_id_blueprint_applications_id_fk" FOREIGN KEY ("application_id") REFERENCES "public"."blueprint_applications"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "blueprint_applications" ADD CONSTRAINT "blueprint_applications_database_id_databases_id_fk" FOREIGN KEY ("database_id") REFERENCES "public"."databases"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "blueprint_applications" ADD CONSTRAINT "blueprint_applications_blueprint_id_blueprints_id_fk" FOREIGN KEY ("blueprint_id") REFERENCES "public"."blueprints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "blueprint_applications" ADD CONSTRAINT "blueprint_applications_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "blueprint_applications" ADD CONSTRAINT "blueprint_applications_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "blueprint_versions" ADD CONSTRAINT "blueprint_versions_blueprint_id_blueprints_id_fk" FOREIGN KEY ("blueprint_id") REFERENCES "public"."blueprints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "blueprints" ADD CONSTRAINT "blueprints_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "blueprint_applications_request_key" ON "blueprint_applications" USING btree ("request_key");--> statement-breakpoint
CREATE INDEX "blueprint_applications_database" ON "blueprint_applications" USING btree ("database_id","id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "blueprint_applications_unfinished" ON "blueprint_applications" USING btree ("not_before") WHERE "blueprint_applications"."status" IN ('pending', 'running');--> statement-breakpoint
CREATE UNIQUE INDEX "blueprint_versions_request_key" ON "blueprint_versions" USING btree ("request_key");--> statement-breakpoint
CREATE UNIQUE INDEX "blueprints_team_slug" ON "blueprints" USING btree ("team_id","slug") WHERE "blueprints"."deleted_at" IS NULL AND "blueprints"."team_id" IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "blueprints_system_slug" ON "blueprints" USING btree ("slug") WHERE "blueprints"."team_id" IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "blueprints_request_key" ON "blueprints" USING btree ("request_key");--> statement-breakpoint
CREATE INDEX "blueprints_team_newest" ON "blueprints" USING btree ("team_id","id" DESC NULLS LAST);