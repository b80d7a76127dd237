/** What can be told to a webhook endpoint. */
export const eventTypes = [
  "database.provisioning",
  "database.provisioned",
  "database.provision_failed",
  "database.updated",
  "database.quota_warning",
  "database.quota_exceeded",
  "database.expiring",
  "database.deleted",
  "database.destroyed",
  "blueprint_application.completed",
  "blueprint_application.failed",
  "blueprint_application.rolled_back",
  "webhook_endpoint.disabled",
  "webhook.test",
] as const;

export type EventType = (typeof eventTypes)[number];
