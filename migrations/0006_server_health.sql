ALTER TABLE "fleet_servers" ALTER COLUMN "max_databases" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "fleet_servers" ALTER COLUMN "max_connections" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "fleet_servers" ADD COLUMN "max_bytes" bigint;--> statement-breakpoint
ALTER TABLE "fleet_servers" ADD COLUMN "is_draining" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "fleet_servers" ADD COLUMN "check_begun_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "fleet_servers" ADD COLUMN "checked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "fleet_servers" ADD COLUMN "check_failures" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "fleet_servers" ADD COLUMN "last_error" text;--> statement-breakpoint
ALTER TABLE "fleet_servers" ADD COLUMN "down_since" timestamp (3) with time zone;