CREATE TABLE "dead_messages" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "dead_messages_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"queue" text NOT NULL,
	"message_id" text NOT NULL,
	"reason" text NOT NULL,
	"body" text NOT NULL,
	"attempts" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "fleet_orphans" (
	"server_id" integer NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"is_removable" boolean NOT NULL,
	"first_seen_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"sightings" integer NOT NULL,
	"removed_at" timestamp (3) with time zone,
	"error_message" text,
	CONSTRAINT "fleet_orphans_server_id_kind_name_pk" PRIMARY KEY("server_id","kind","name")
);
--> statement-breakpoint
CREATE TABLE "fleet_reconciliations" (
	"server_id" integer PRIMARY KEY NOT NULL,
	"began_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"error_message" text
);
--> statement-breakpoint
CREATE TABLE "installation" (
	"is_only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"id" uuid NOT NULL
);
--> statement-breakpoint
ALTER TABLE "databases" ADD COLUMN "credential_number" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "databases" ADD COLUMN "previous_credential_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "databases" ADD COLUMN "expires_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "databases" ADD COLUMN "expiry_notices" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "databases" ADD COLUMN "missing_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "operations" ADD COLUMN "credential_sealed" text;--> statement-breakpoint
ALTER TABLE "operations" ADD COLUMN "overlap_seconds" integer;--> statement-breakpoint
ALTER TABLE "fleet_orphans" ADD CONSTRAINT "fleet_orphans_server_id_fleet_servers_id_fk" FOREIGN KEY ("server_id") REFERENCES "public"."fleet_servers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "fleet_reconciliations" ADD CONSTRAINT "fleet_reconciliations_server_id_fleet_servers_id_fk" FOREIGN KEY ("server_id") REFERENCES "public"."fleet_servers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "dead_messages_message" ON "dead_messages" USING btree ("queue","message_id");--> statement-breakpoint
CREATE INDEX "dead_messages_age" ON "dead_messages" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "databases_expiring" ON "databases" USING btree ("expires_at") WHERE "databases"."deleted_at" IS NULL AND "databases"."expires_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "databases_missing" ON "databases" USING btree ("missing_since") WHERE "databases"."missing_since" IS NOT NULL;