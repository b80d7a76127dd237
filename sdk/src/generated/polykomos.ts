// Made by `npm run sdk:generate` of the API's own OpenAPI document. Do not edit.

export interface paths {
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the key in use and its user */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/databases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List databases, newest first */
        get: operations["listDatabases"];
        put?: never;
        /**
         * Create a database
         * @description Answers 201 with a database that was logged into, or 202 while it is still being made. `wait=true` waits up to `timeout` seconds for the first.
         */
        post: operations["createDatabase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/databases/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a database, with its password */
        get: operations["getDatabase"];
        put?: never;
        post?: never;
        /**
         * Delete a database
         * @description Logins are refused at once; the data is kept until `destroy_scheduled_at`.
         */
        delete: operations["deleteDatabase"];
        options?: never;
        head?: never;
        /**
         * Rename a database, or change when it expires
         * @description Of a rename only the name changes; the connection string keeps working. `expires_at` or `ttl_seconds` moves the end, `null` takes it away.
         */
        patch: operations["updateDatabase"];
        trace?: never;
    };
    "/api/v1/databases/{uuid}/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a database's quotas
         * @description A field left out stays; `null` takes the plan's.
         */
        patch: operations["updateDatabaseQuotas"];
        trace?: never;
    };
    "/api/v1/database_types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List database types and their regions */
        get: operations["getDatabaseTypes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/databases/{uuid}/credentials/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a database a new login and password
         * @description Answers 200 once the new credential has logged in. Both work during the overlap and reach the same objects; then the one before is refused and its sessions end. `db_username` changes to and fro between `u<id>` and `u<id>b`. A rotation during an overlap ends that overlap. 202: the server has not done it yet; the credential shown stays current until the operation has succeeded.
         */
        post: operations["rotateDatabaseCredentials"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/usage_history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read how databases' sizes and connections went over the last week
         * @description Of the newest 100 databases, or of one. A point is the last size and the most connections that were measured in its time: a quarter of an hour for one database, six hours for several.
         */
        get: operations["listUsageHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what is being done and was done to your databases, newest first */
        get: operations["listOperations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/operations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read an operation: its step, progress, error and times */
        get: operations["getOperation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook_endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List webhook endpoints, newest first */
        get: operations["listWebhookEndpoints"];
        put?: never;
        /**
         * Create a webhook endpoint
         * @description The signing secret is shown once. Messages follow Standard Webhooks 1.0.0.
         */
        post: operations["createWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook_endpoints/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a webhook endpoint */
        get: operations["getWebhookEndpoint"];
        put?: never;
        post?: never;
        /** Revoke a webhook endpoint; nothing is sent to it any more */
        delete: operations["revokeWebhookEndpoint"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook_endpoints/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List an endpoint's deliveries, newest first */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook_endpoints/{id}/test_deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test event now, once
         * @description A test that fails is answered with 200 too; the delivery's status tells.
         */
        post: operations["createWebhookTestDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook_endpoints/{id}/rotate_secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give an endpoint a new secret; both sign for 24 hours */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook_endpoints/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Enable an endpoint that was disabled for failing */
        post: operations["enableWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook_endpoints/{id}/deliveries/{delivery_id}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send an event of an earlier delivery again */
        post: operations["redeliverWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List events of your teams, newest first */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook_endpoints/{id}/deliveries/{delivery_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a delivery with its request, its attempts and their answers */
        get: operations["getWebhookDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blueprints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List blueprints, newest first
         * @description Those of all teams of the key's user, and the system blueprints.
         */
        get: operations["listBlueprints"];
        put?: never;
        /**
         * Create a blueprint
         * @description The SQL is checked first; what cannot be applied on any engine is refused.
         */
        post: operations["createBlueprint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blueprint_validations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check SQL without keeping it
         * @description Each error and warning begins with a stable code. Valid is what one of the asked engines takes; `manifest.engines` says which.
         */
        post: operations["createBlueprintValidation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blueprints/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a blueprint */
        get: operations["getBlueprint"];
        put?: never;
        post?: never;
        /**
         * Delete a blueprint
         * @description What was applied stays; applications that wait for their turn still run.
         */
        delete: operations["deleteBlueprint"];
        options?: never;
        head?: never;
        /**
         * Change a blueprint
         * @description Other SQL or other variables make a new version.
         */
        patch: operations["updateBlueprint"];
        trace?: never;
    };
    "/api/v1/blueprints/{uuid}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Compare two versions of a blueprint */
        get: operations["diffBlueprint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blueprints/{uuid}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the versions of a blueprint, newest first */
        get: operations["listBlueprintVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/databases/{uuid}/blueprint_applications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what was applied to a database, newest first */
        get: operations["listDatabaseBlueprintApplications"];
        put?: never;
        /**
         * Apply a blueprint to a database
         * @description The key needs `blueprints:read` too. PostgreSQL: one transaction, all or nothing. MySQL: statement by statement, up to the first that fails. A dry run changes nothing.
         */
        post: operations["createDatabaseBlueprintApplication"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blueprint_applications/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read an application with its log */
        get: operations["getBlueprintApplication"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/query_executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List questions that were asked, newest first */
        get: operations["listQueryExecutions"];
        put?: never;
        /**
         * Ask a database a question in plain English
         * @description The question becomes one SQL statement, which is checked and run. Reading needs `queries:read` or `queries:write`, changing rows `queries:write`, changing tables `databases:write` as well. What loses data is answered with 422 `confirmation_required` first: send the same question again with `confirm`.
         */
        post: operations["createQueryExecution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/databases/{uuid}/schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read which tables and columns a database has
         * @description What a question can be about. No row is read.
         */
        get: operations["getDatabaseSchema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your API keys, newest first */
        get: operations["listKeys"];
        put?: never;
        /**
         * Create an API key; it is shown once
         * @description The new key may do no more than the one in use: a scope that this one lacks cannot be given.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke one of your API keys; it is refused from this answer on
         * @description Revoking it again changes nothing. The key in use may revoke itself.
         */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your teams, the primary one first */
        get: operations["listTeams"];
        put?: never;
        /** Create a team; you own it */
        post: operations["createTeam"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams/{team_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Rename a team that you own */
        patch: operations["renameTeam"];
        trace?: never;
    };
    "/api/v1/teams/{team_id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List who is in a team */
        get: operations["listMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams/{team_id}/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take somebody out of a team that you own, or leave it yourself
         * @description Their keys reach nothing of the team from then on. Nobody leaves their primary team, and a team keeps an owner.
         */
        delete: operations["removeMember"];
        options?: never;
        head?: never;
        /**
         * Make somebody an owner or a member of a team that you own
         * @description A team always keeps an owner.
         */
        patch: operations["changeMemberRole"];
        trace?: never;
    };
    "/api/v1/teams/{team_id}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a team's invitations that wait for an answer */
        get: operations["listTeamInvitations"];
        put?: never;
        /**
         * Invite an e-mail address to a team that you own
         * @description A mail goes to the address. Whoever signs in with it may join, once, for as long as the invitation lasts. Inviting the same address again mails it again and prolongs it.
         */
        post: operations["createInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the invitations to you that wait for an answer */
        get: operations["listInvitations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/invitations/{invitation_id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Join the team that an invitation to you is from */
        post: operations["acceptInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/invitations/{invitation_id}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decline an invitation to you */
        post: operations["declineInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams/{team_id}/invitations/{invitation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Withdraw an invitation to a team that you own */
        delete: operations["withdrawInvitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit_log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List who did what in your teams and with your keys, newest first */
        get: operations["listAuditLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the limits of plans, of requests and of the key in use */
        get: operations["getLimits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ApiError: {
            error: {
                /** @example missing_required_field */
                code: string;
                /** @example Missing required field: name */
                message: string;
                details?: {
                    [key: string]: unknown;
                };
            };
            /** @example req_a1b2c3d4e5f6g7h8 */
            request_id: string;
        };
        ApiProblem: {
            /** @example urn:polykomos:error:missing_required_field */
            type: string;
            title: string;
            status: number;
            detail: string;
            code: string;
            details?: {
                [key: string]: unknown;
            };
            /** @example req_a1b2c3d4e5f6g7h8 */
            request_id: string;
        };
        Database: {
            /** @example database */
            object: string;
            /** Format: uuid */
            uuid: string;
            /** @example my-app-db */
            name: string;
            /** @enum {string} */
            status: "active" | "provisioning" | "paused" | "deleted";
            /** @example us-east-1 */
            region: string;
            /** @example free */
            plan: string;
            quotas: {
                storage_hard_limit_gb: number | null;
                connection_hard_limit: number | null;
                warning_threshold_pct: number | null;
            };
            /** @example postgres */
            db_type: string;
            /** @example db-42.polykomos.com */
            host: string;
            /** @example 5432 */
            port: number;
            /** @example my-app-db */
            db_name: string;
            /** @example u42 */
            db_username: string;
            team_id: number | null;
            team_name: string | null;
            /** @description Shown when the database is created and when it is read alone; else null. */
            db_password: string | null;
            /** @example postgresql://u42:***@db-42.polykomos.com:5432/my-app-db */
            connection_string: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /**
             * Format: date-time
             * @description The database is deleted at that time, like by a delete; null: never.
             */
            expires_at: string | null;
            /**
             * Format: date-time
             * @description The credential before the current one works until then; null: it does not.
             */
            previous_credential_until: string | null;
            /**
             * Format: date-time
             * @description Since when its server lacks it, for the operator to see to; null: it is there.
             */
            missing_since: string | null;
            /** @description What it took up when it was last measured; null: not yet measured. */
            usage: {
                storage_bytes: number;
                /**
                 * @description `warning`: at or above a warning level; `exceeded`: at the limit, writes are refused.
                 * @enum {string}
                 */
                storage_state: "ok" | "warning" | "exceeded";
                connections: number;
                /** Format: date-time */
                measured_at: string;
            } | null;
        };
        Operation: {
            /** @example operation */
            object: string;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "build_pooled" | "create" | "rename" | "change_quotas" | "enforce_storage" | "change_expiry" | "rotate_credentials" | "retire_credentials" | "rebuild" | "delete" | "destroy";
            /** @enum {string} */
            state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
            step: string | null;
            progress: {
                steps_done: number;
                steps_total: number;
            };
            attempts: number;
            /** Format: uuid */
            database_uuid: string;
            team_id: number | null;
            error: {
                code: string;
                message: string;
            } | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            started_at: string | null;
            /** Format: date-time */
            finished_at: string | null;
            /** Format: date-time */
            not_before: string;
        };
        WebhookEndpoint: {
            /** @example webhook_endpoint */
            object: string;
            id: number;
            /** Format: uri */
            url: string;
            events: string[];
            /** @enum {string} */
            status: "active" | "revoked";
            last_success_at: string | null;
            last_failure_at: string | null;
            created_at: string;
            team_id: number;
            /**
             * Format: date-time
             * @description When it was disabled after days of nothing but failures; `enable` undoes it.
             */
            disabled_at: string | null;
        };
        WebhookDelivery: {
            /** @example webhook_delivery */
            object: string;
            id: number;
            endpoint_id: number;
            event_type: string;
            /** @enum {string} */
            status: "pending" | "delivered" | "failed";
            response_code: number | null;
            error_message: string | null;
            attempt_count: number;
            created_at: string;
            event_id: number;
            /** @description The `webhook-id` header; stable over attempts. */
            message_id: string;
            error_class: string | null;
            duration_ms: number | null;
            /** Format: date-time */
            last_attempt_at: string | null;
            /** Format: date-time */
            next_attempt_at: string | null;
        };
        Event: {
            /** @example event */
            object: string;
            id: number;
            message_id: string;
            type: string;
            team_id: number;
            data: {
                [key: string]: unknown;
            };
            /** Format: date-time */
            created_at: string;
        };
        WebhookDeliveryDetails: {
            /** @example webhook_delivery */
            object: string;
            id: number;
            endpoint_id: number;
            event_type: string;
            /** @enum {string} */
            status: "pending" | "delivered" | "failed";
            response_code: number | null;
            error_message: string | null;
            attempt_count: number;
            created_at: string;
            event_id: number;
            /** @description The `webhook-id` header; stable over attempts. */
            message_id: string;
            error_class: string | null;
            duration_ms: number | null;
            /** Format: date-time */
            last_attempt_at: string | null;
            /** Format: date-time */
            next_attempt_at: string | null;
            /** @description What is sent, without the signature, which is fresh each time. */
            request: {
                /** @example POST */
                method: string;
                url: string;
                headers: {
                    [key: string]: string;
                };
                /** @description The signed bytes, the same in every attempt. */
                body: string;
            };
            /** @description Oldest first. */
            attempts: {
                /**
                 * Format: date-time
                 * @description When it ended.
                 */
                at: string;
                response_code: number | null;
                error_class: string | null;
                error_message: string | null;
                /** @description The first 1,000 characters of what the receiver answered. */
                answer: string | null;
                duration_ms: number;
            }[];
        };
        Blueprint: {
            /** @example blueprint */
            object: string;
            /** Format: uuid */
            uuid: string;
            /** @example seed-contacts */
            name: string;
            /** @example seed-contacts */
            slug: string;
            description: string | null;
            /** @example sql */
            content_type: string;
            /** @example 1 */
            version: number;
            size_bytes: number;
            is_system_blueprint: boolean;
            variables: {
                [key: string]: unknown;
            } | null;
            /** @description The manifest of the SQL; see /blueprint_validations. */
            metadata: {
                [key: string]: unknown;
            } | null;
            sql_content: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** @description What an application calls `blueprint_id`. */
            id: number;
            /** @description Null for a system blueprint. */
            team_id: number | null;
            /** @description Those it may be applied on. */
            engines: string[];
        };
        BlueprintVersion: {
            /** @example blueprint_version */
            object: string;
            version: number;
            size_bytes: number;
            statement_count: number;
            engines: string[];
            /** Format: date-time */
            created_at: string;
        };
        BlueprintApplication: {
            /** @example blueprint_application */
            object: string;
            id: number;
            blueprint_id: number;
            blueprint_version: number;
            database_instance_id: number;
            /** @enum {string} */
            status: "pending" | "running" | "completed" | "failed" | "rolled_back";
            is_dry_run: boolean;
            /** @description An entry for each statement so far: `statement`, `line`, `kind`, `target`, `status` (succeeded, failed, rolled_back, not_rehearsed, unknown), `permanent`, `rows`, `duration_ms`, `message`. Null in lists. */
            execution_log: {
                [key: string]: unknown;
            }[] | null;
            total_duration_ms: number | null;
            statements_total: number;
            statements_succeeded: number;
            statements_failed: number;
            error_message: string | null;
            variable_values: {
                [key: string]: unknown;
            } | null;
            /** Format: date-time */
            started_at: string | null;
            /** Format: date-time */
            completed_at: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            blueprint_uuid: string;
            /** Format: uuid */
            database_uuid: string;
        };
        QueryExecution: {
            /** @example query_execution */
            object: string;
            id: number;
            /** Format: uuid */
            database_uuid: string;
            query: string;
            /** @enum {string} */
            status: "running" | "writing" | "succeeded" | "failed" | "refused" | "awaiting_confirmation";
            sql: string | null;
            /** @enum {string|null} */
            statement_class: "read" | "write" | "ddl" | null;
            /** @enum {string|null} */
            translator: "embedded" | "workers-ai" | "openai" | null;
            confidence: number | null;
            error: {
                code: string;
                message: string;
            } | null;
            row_count: number | null;
            affected_rows: number | null;
            duration_ms: number | null;
            /** Format: date-time */
            created_at: string;
        };
        SchemaTable: {
            schema: string;
            name: string;
            is_view: boolean;
            comment: string | null;
            /** @description The engine's own; 0 when it has none. */
            row_estimate: number;
            columns: {
                name: string;
                /** @example numeric(10,2) */
                type: string;
                is_nullable: boolean;
                comment: string | null;
            }[];
            primary_key: string[];
            foreign_keys: {
                columns: string[];
                schema: string;
                table: string;
                references: string[];
            }[];
        };
        ApiKey: {
            /** @enum {string} */
            object: "api_key";
            id: number;
            name: string;
            preview: string;
            permissions: string[];
            controls: {
                requests_per_minute: number;
                monthly_quota: number | null;
                allowed_ip_list: string[];
                inactive_ttl_days: number | null;
            };
            /** @enum {string} */
            status: "active" | "revoked";
            /** Format: date-time */
            last_used_at: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            revoked_at: string | null;
        };
        Team: {
            /** @enum {string} */
            object: "team";
            id: number;
            name: string;
            /**
             * @description What the key's user is in it.
             * @enum {string}
             */
            role: "owner" | "member";
            is_primary: boolean;
            members: number;
            /** Format: date-time */
            created_at: string;
        };
        Member: {
            /** @enum {string} */
            object: "member";
            user_id: number;
            name: string;
            email: string;
            /** @enum {string} */
            role: "owner" | "member";
            /** Format: date-time */
            joined_at: string;
        };
        Invitation: {
            /** @enum {string} */
            object: "invitation";
            /** Format: uuid */
            id: string;
            team_id: number;
            team_name: string;
            email: string;
            /** @enum {string} */
            role: "owner" | "member";
            /** @description An e-mail address. */
            invited_by: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
        };
        AuditEntry: {
            /** @enum {string} */
            object: "audit_entry";
            id: number;
            /**
             * @description `key:<id>`, `user:<id>` at the console, `admin`, or `system`.
             * @example key:12
             */
            actor: string;
            user: {
                id: number;
                name: string;
                email: string;
            } | null;
            team_id: number | null;
            /** @example database.create */
            action: string;
            target: string;
            details: {
                [key: string]: unknown;
            };
            request_id: string;
            /** Format: date-time */
            created_at: string;
        };
        PaginationParams: {
            /** @default 25 */
            limit?: number;
            starting_after?: string;
        };
    };
    responses: {
        /** @description An error; its code says which. */
        ApiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ApiError"];
            };
        };
    };
    parameters: {
        /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
        IdempotencyKey: string;
        Limit: number;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user and the key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            user: {
                                object: string;
                                name: string;
                                email: string;
                            };
                            api_key: {
                                object: string;
                                name: string;
                                preview: string;
                                permissions: string[];
                                status: string;
                                last_used_at: string | null;
                                controls: {
                                    requests_per_minute: number;
                                    monthly_quota: number | null;
                                    allowed_ip_list: string[];
                                    inactive_ttl_days: number | null;
                                };
                            };
                        };
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    listDatabases: {
        parameters: {
            query?: {
                limit?: number;
                starting_after?: string;
                team_id?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of databases of all teams of the key's user. Passwords are masked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Database"][];
                        has_more: boolean;
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    createDatabase: {
        parameters: {
            query?: {
                wait?: boolean;
                timeout?: number;
            };
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example my-app-db */
                    name: string;
                    /**
                     * @default postgres
                     * @example postgres
                     */
                    db_type?: string;
                    /**
                     * @description Default: the first region of the type.
                     * @example us-east-1
                     */
                    region?: string;
                    /**
                     * @default free
                     * @enum {string}
                     */
                    plan?: "free" | "launch" | "grow";
                    team_id?: number;
                    /** @description At least above 0, at most the plan's (see /limits); null: the plan's. */
                    storage_hard_limit_gb?: number | null;
                    /** @description At least above 0, at most the plan's (see /limits); null: the plan's. */
                    connection_hard_limit?: number | null;
                    warning_threshold_pct?: number | null;
                    /**
                     * Format: date-time
                     * @description When the database deletes itself, within 366 days; null: never.
                     */
                    expires_at?: string | null;
                    /** @description Seconds from now to `expires_at`, instead of it; null: never. */
                    ttl_seconds?: number | null;
                    /** Format: uuid */
                    blueprint_uuid?: string;
                    blueprint_variables?: {
                        [key: string]: unknown;
                    } | null;
                };
            };
        };
        responses: {
            /** @description The database is ready. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                        data: components["schemas"]["Database"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            /** @description The database is being made; poll `provisioning.poll_url`. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                        data: components["schemas"]["Database"];
                        provisioning: {
                            completed: boolean;
                            waited_seconds: number;
                            poll_url: string | null;
                        };
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    getDatabase: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                uuid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The database. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Database"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    deleteDatabase: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                uuid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was deleted, and when its data will be destroyed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                        data: {
                            object: string;
                            uuid: string;
                            deleted: boolean;
                            cancelled_provision_jobs: number;
                            destroy_scheduled_at: string | null;
                            has_remote_resources: boolean;
                        };
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    updateDatabase: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                uuid: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example my-app-db */
                    name?: string;
                    /**
                     * Format: date-time
                     * @description When the database deletes itself, within 366 days; null: never.
                     */
                    expires_at?: string | null;
                    /** @description Seconds from now to `expires_at`, instead of it; null: never. */
                    ttl_seconds?: number | null;
                };
            };
        };
        responses: {
            /** @description The changed database. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Database"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    updateDatabaseQuotas: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                uuid: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description At least above 0, at most the plan's (see /limits); null: the plan's. */
                    storage_hard_limit_gb?: number | null;
                    /** @description At least above 0, at most the plan's (see /limits); null: the plan's. */
                    connection_hard_limit?: number | null;
                    warning_threshold_pct?: number | null;
                };
            };
        };
        responses: {
            /** @description The database with its new quotas. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                        data: components["schemas"]["Database"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    getDatabaseTypes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What can be asked for in `db_type` and `region`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            value: string;
                            label: string;
                            is_provisionable: boolean;
                            is_available: boolean;
                            regions: {
                                code: string;
                                label: string;
                                is_available: boolean;
                            }[];
                        }[];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    rotateDatabaseCredentials: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                uuid: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description How long the credential before works on; 0: not at all.
                     * @default 86400
                     */
                    overlap_seconds?: number;
                };
            };
        };
        responses: {
            /** @description The database with its new credential. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                        data: components["schemas"]["Database"];
                        previous_credential: {
                            db_username: string;
                            /** Format: date-time */
                            works_until: string;
                        } | null;
                        /** Format: uuid */
                        operation_id: string;
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            /** @description The rotation goes on; the database with the credential that is still current. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                        data: components["schemas"]["Database"];
                        /** Format: uuid */
                        operation_id: string;
                        poll_url: string;
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    listUsageHistory: {
        parameters: {
            query?: {
                team_id?: number;
                database_uuid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The databases that were measured, newest first; their points oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @enum {string} */
                            object: "usage_history";
                            /** Format: uuid */
                            database_uuid: string;
                            points: {
                                /** Format: date-time */
                                at: string;
                                storage_bytes: number;
                                connections: number;
                            }[];
                        }[];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    listOperations: {
        parameters: {
            query?: {
                limit?: number;
                starting_after?: string;
                database_uuid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of operations. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Operation"][];
                        has_more: boolean;
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    getOperation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Operation"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    listWebhookEndpoints: {
        parameters: {
            query?: {
                limit?: number;
                starting_after?: number;
                team_id?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of endpoints of all teams of the key's user, revoked ones too. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["WebhookEndpoint"][];
                        has_more: boolean;
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    createWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: uri
                     * @example https://your-app.com/webhooks/polykomos
                     */
                    url: string;
                    /**
                     * @example [
                     *       "database.provisioned",
                     *       "database.deleted"
                     *     ]
                     */
                    events?: string[];
                    team_id?: number;
                };
            };
        };
        responses: {
            /** @description The endpoint and its secret. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                        data: components["schemas"]["WebhookEndpoint"];
                        secret: string;
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    getWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoint, revoked or not. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["WebhookEndpoint"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    revokeWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is revoked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                        data: {
                            id: number;
                        };
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                limit?: number;
                starting_after?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of deliveries. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["WebhookDelivery"][];
                        has_more: boolean;
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    createWebhookTestDelivery: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What came of it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["WebhookDelivery"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoint and its new secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["WebhookEndpoint"];
                        secret: string;
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    enableWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is enabled. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                        data: components["schemas"]["WebhookEndpoint"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    redeliverWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: number;
                delivery_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new delivery, with the same message id. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["WebhookDelivery"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    listEvents: {
        parameters: {
            query?: {
                limit?: number;
                starting_after?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events; they are kept for a limited time. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Event"][];
                        has_more: boolean;
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    getWebhookDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                delivery_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["WebhookDeliveryDetails"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    listBlueprints: {
        parameters: {
            query?: {
                limit?: number;
                starting_after?: string;
                /** @description That team's alone, and the system's. */
                team_id?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of blueprints. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Blueprint"][];
                        has_more: boolean;
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    createBlueprint: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    sql_content: string;
                    description?: string;
                    /**
                     * @description Name → type, required, default, description, pattern, enum.
                     * @example {
                     *       "customer": {
                     *         "type": "string",
                     *         "required": true,
                     *         "pattern": "^[A-Z]"
                     *       }
                     *     }
                     */
                    variables?: Record<string, unknown>;
                    /**
                     * @description Default: whichever it can be applied on.
                     * @enum {string}
                     */
                    engine?: "postgres" | "mysql";
                    team_id?: number;
                };
            };
        };
        responses: {
            /** @description The blueprint. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Blueprint"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    createBlueprintValidation: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    sql_content: string;
                    /**
                     * @description Default: both.
                     * @enum {string}
                     */
                    engine?: "postgres" | "mysql";
                    /**
                     * @description Name → type, required, default, description, pattern, enum.
                     * @example {
                     *       "customer": {
                     *         "type": "string",
                     *         "required": true,
                     *         "pattern": "^[A-Z]"
                     *       }
                     *     }
                     */
                    variables?: Record<string, unknown>;
                };
            };
        };
        responses: {
            /** @description What was found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            valid: boolean;
                            statement_count: number;
                            errors: string[];
                            warnings: string[];
                            manifest: {
                                [key: string]: unknown;
                            };
                        };
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    getBlueprint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                uuid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The blueprint at its newest version. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Blueprint"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    deleteBlueprint: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                uuid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: uuid */
                            uuid: string;
                            deleted: boolean;
                        };
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    updateBlueprint: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                uuid: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    description?: string;
                    sql_content?: string;
                    /**
                     * @description Name → type, required, default, description, pattern, enum.
                     * @example {
                     *       "customer": {
                     *         "type": "string",
                     *         "required": true,
                     *         "pattern": "^[A-Z]"
                     *       }
                     *     }
                     */
                    variables?: Record<string, unknown>;
                    /** @enum {string} */
                    engine?: "postgres" | "mysql";
                };
            };
        };
        responses: {
            /** @description The blueprint as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Blueprint"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    diffBlueprint: {
        parameters: {
            query?: {
                /** @description Default: the version before `to`. */
                from?: number;
                /** @description Default: the newest version. */
                to?: number;
            };
            header?: never;
            path: {
                uuid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What lines and variables differ. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @example blueprint_diff */
                            object: string;
                            from_version: number;
                            to_version: number;
                            added_lines: number;
                            removed_lines: number;
                            /** @description A unified diff of the SQL. */
                            diff: string;
                            variables: {
                                added: string[];
                                removed: string[];
                                changed: string[];
                            };
                        };
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    listBlueprintVersions: {
        parameters: {
            query?: {
                limit?: number;
                starting_after?: number;
            };
            header?: never;
            path: {
                uuid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of versions, without their SQL; `diff` tells what changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["BlueprintVersion"][];
                        has_more: boolean;
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    listDatabaseBlueprintApplications: {
        parameters: {
            query?: {
                limit?: number;
                starting_after?: number;
            };
            header?: never;
            path: {
                uuid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of applications, without their logs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["BlueprintApplication"][];
                        has_more: boolean;
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    createDatabaseBlueprintApplication: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                uuid: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    blueprint_uuid: string;
                    variables?: Record<string, unknown>;
                    /** @default false */
                    dry_run?: boolean;
                    /** @default true */
                    wait?: boolean;
                    /** @default 30 */
                    timeout?: number;
                };
            };
        };
        responses: {
            /** @description It has ended; `status` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                        data: components["schemas"]["BlueprintApplication"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            /** @description It has not ended yet. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                        data: components["schemas"]["BlueprintApplication"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    getBlueprintApplication: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The application. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["BlueprintApplication"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    listQueryExecutions: {
        parameters: {
            query?: {
                limit?: number;
                starting_after?: number;
                database_uuid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of questions to databases of all teams of the key's user. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["QueryExecution"][];
                        has_more: boolean;
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    createQueryExecution: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    database_uuid: string;
                    query: string;
                    /** @description From `details.confirm` of an answer 422 `confirmation_required`; once. */
                    confirm?: string;
                };
            };
        };
        responses: {
            /** @description What was run, and what came of it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        success: boolean;
                        sql: string;
                        result: {
                            /**
                             * @description select, write or ddl.
                             * @example select
                             */
                            type: string;
                            rows: {
                                [key: string]: unknown;
                            }[];
                            rowCount: number;
                            truncated: boolean;
                            maxRows: number;
                            affectedRows: number;
                            statementsExecuted: number;
                        };
                        query_id: number;
                        /**
                         * @description Who wrote the statement.
                         * @enum {string}
                         */
                        translator: "embedded" | "workers-ai" | "openai";
                        /** @description How sure it is, from 0 to 1. */
                        confidence: number;
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            /** @description `query_execution_failed`: the database refused the statement or took too long; `details` has `sql` and `query_id`. Other codes: our fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        error: {
                            /** @example query_execution_failed */
                            code: string;
                            message: string;
                            details?: {
                                sql?: string;
                                query_id?: number;
                            } & {
                                [key: string]: unknown;
                            };
                        };
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            503: components["responses"]["ApiError"];
        };
    };
    getDatabaseSchema: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                uuid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tables and views. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @enum {string} */
                            object: "database_schema";
                            /** Format: uuid */
                            database_uuid: string;
                            tables: components["schemas"]["SchemaTable"][];
                        };
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    listKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user's keys, revoked ones too. No key itself is in it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ApiKey"][];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    permissions: ("databases:read" | "databases:write" | "blueprints:read" | "blueprints:write" | "webhooks:read" | "webhooks:write" | "queries:read" | "queries:write" | "keys:write")[];
                    controls?: {
                        requests_per_minute?: number;
                        monthly_quota?: number | null;
                        allowed_ip_list?: string[];
                        inactive_ttl_days?: number | null;
                    };
                };
            };
        };
        responses: {
            /** @description The key, in this answer only. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ApiKey"];
                        api_key: string;
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                key_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ApiKey"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    listTeams: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user's teams. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Team"][];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    createTeam: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                };
            };
        };
        responses: {
            /** @description The new team. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Team"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    renameTeam: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                team_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                };
            };
        };
        responses: {
            /** @description The renamed team. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Team"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    listMembers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                team_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Owners first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Member"][];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    removeMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                team_id: number;
                user_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who is in the team no more. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Member"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    changeMemberRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                team_id: number;
                user_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    role: "owner" | "member";
                };
            };
        };
        responses: {
            /** @description The member with the new role. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Member"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    listTeamInvitations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                team_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Invitation"][];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    createInvitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                team_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: email */
                    email: string;
                    /**
                     * @default member
                     * @enum {string}
                     */
                    role?: "owner" | "member";
                };
            };
        };
        responses: {
            /** @description The invitation. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Invitation"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            409: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    listInvitations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Invitation"][];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    acceptInvitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                invitation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The team. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Team"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    declineInvitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                invitation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was declined. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Invitation"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            413: components["responses"]["ApiError"];
            415: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    withdrawInvitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description A UUID, new for each thing you want done. A retry with it does nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                team_id: number;
                invitation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was withdrawn. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Invitation"];
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            404: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    listAuditLog: {
        parameters: {
            query?: {
                limit?: number;
                starting_after?: number;
                team_id?: number;
                user_id?: number;
                action?: string;
                from?: string;
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of entries. With `team_id` those of that team alone; `from` and `to` are days in UTC. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["AuditEntry"][];
                        has_more: boolean;
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
    getLimits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All limits that apply. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            object: string;
                            plans: {
                                name: string;
                                storage_gb_max: number;
                                connections_max: number;
                                warning_threshold_pct: number;
                            }[];
                            request: {
                                body_bytes_max: number;
                                page_items_max: number;
                                wait_seconds_max: number;
                                idempotency_kept_seconds: number;
                            };
                            api_key: {
                                requests_per_minute: number;
                                monthly_quota: number | null;
                            };
                        };
                        /** @example req_a1b2c3d4e5f6g7h8 */
                        request_id: string;
                    };
                };
            };
            400: components["responses"]["ApiError"];
            401: components["responses"]["ApiError"];
            403: components["responses"]["ApiError"];
            405: components["responses"]["ApiError"];
            422: components["responses"]["ApiError"];
            429: components["responses"]["ApiError"];
            500: components["responses"]["ApiError"];
            503: components["responses"]["ApiError"];
        };
    };
}

/** Every code that an error of this API can have. */
export type Code = 
  | "invalid_json"
  | "missing_idempotency_key"
  | "invalid_idempotency_key"
  | "missing_authorization"
  | "invalid_api_key"
  | "api_key_revoked"
  | "api_key_expired"
  | "ip_not_allowed"
  | "missing_scope"
  | "read_only_blueprint"
  | "not_found"
  | "method_not_allowed"
  | "name_taken"
  | "conflict"
  | "idempotency_key_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "missing_required_field"
  | "invalid_field"
  | "unknown_field"
  | "invalid_cursor"
  | "quota_above_plan"
  | "invalid_blueprint"
  | "invalid_variables"
  | "blueprint_engine_mismatch"
  | "blueprint_failed"
  | "idempotency_key_reused"
  | "database_not_ready"
  | "query_not_understood"
  | "ambiguous_query"
  | "statement_not_allowed"
  | "unsafe_statement"
  | "confirmation_required"
  | "invalid_confirmation"
  | "rate_limited"
  | "monthly_quota_exceeded"
  | "too_many_questions"
  | "internal_error"
  | "query_execution_failed"
  | "no_capacity"
  | "unavailable";

/** What a client has to know of each operation when it calls it. */
export const polykomosOperations = {
  getMe: { method: "get", path: "/api/v1/me", keyed: false },
  listDatabases: { method: "get", path: "/api/v1/databases", keyed: false, cursor: "uuid" },
  createDatabase: { method: "post", path: "/api/v1/databases", keyed: true },
  getDatabase: { method: "get", path: "/api/v1/databases/{uuid}", keyed: false },
  updateDatabase: { method: "patch", path: "/api/v1/databases/{uuid}", keyed: true },
  deleteDatabase: { method: "delete", path: "/api/v1/databases/{uuid}", keyed: true },
  updateDatabaseQuotas: { method: "patch", path: "/api/v1/databases/{uuid}/quotas", keyed: true },
  getDatabaseTypes: { method: "get", path: "/api/v1/database_types", keyed: false },
  rotateDatabaseCredentials: { method: "post", path: "/api/v1/databases/{uuid}/credentials/rotate", keyed: true },
  listUsageHistory: { method: "get", path: "/api/v1/usage_history", keyed: false },
  listOperations: { method: "get", path: "/api/v1/operations", keyed: false, cursor: "id" },
  getOperation: { method: "get", path: "/api/v1/operations/{id}", keyed: false },
  listWebhookEndpoints: { method: "get", path: "/api/v1/webhook_endpoints", keyed: false, cursor: "id" },
  createWebhookEndpoint: { method: "post", path: "/api/v1/webhook_endpoints", keyed: true },
  revokeWebhookEndpoint: { method: "delete", path: "/api/v1/webhook_endpoints/{id}", keyed: true },
  getWebhookEndpoint: { method: "get", path: "/api/v1/webhook_endpoints/{id}", keyed: false },
  listWebhookDeliveries: { method: "get", path: "/api/v1/webhook_endpoints/{id}/deliveries", keyed: false, cursor: "id" },
  createWebhookTestDelivery: { method: "post", path: "/api/v1/webhook_endpoints/{id}/test_deliveries", keyed: true },
  rotateWebhookSecret: { method: "post", path: "/api/v1/webhook_endpoints/{id}/rotate_secret", keyed: true },
  enableWebhookEndpoint: { method: "post", path: "/api/v1/webhook_endpoints/{id}/enable", keyed: true },
  redeliverWebhook: { method: "post", path: "/api/v1/webhook_endpoints/{id}/deliveries/{delivery_id}/redeliver", keyed: true },
  listEvents: { method: "get", path: "/api/v1/events", keyed: false, cursor: "id" },
  getWebhookDelivery: { method: "get", path: "/api/v1/webhook_endpoints/{id}/deliveries/{delivery_id}", keyed: false },
  listBlueprints: { method: "get", path: "/api/v1/blueprints", keyed: false, cursor: "uuid" },
  createBlueprint: { method: "post", path: "/api/v1/blueprints", keyed: true },
  createBlueprintValidation: { method: "post", path: "/api/v1/blueprint_validations", keyed: true },
  getBlueprint: { method: "get", path: "/api/v1/blueprints/{uuid}", keyed: false },
  updateBlueprint: { method: "patch", path: "/api/v1/blueprints/{uuid}", keyed: true },
  deleteBlueprint: { method: "delete", path: "/api/v1/blueprints/{uuid}", keyed: true },
  diffBlueprint: { method: "get", path: "/api/v1/blueprints/{uuid}/diff", keyed: false },
  listBlueprintVersions: { method: "get", path: "/api/v1/blueprints/{uuid}/versions", keyed: false, cursor: "version" },
  createDatabaseBlueprintApplication: { method: "post", path: "/api/v1/databases/{uuid}/blueprint_applications", keyed: true },
  listDatabaseBlueprintApplications: { method: "get", path: "/api/v1/databases/{uuid}/blueprint_applications", keyed: false, cursor: "id" },
  getBlueprintApplication: { method: "get", path: "/api/v1/blueprint_applications/{id}", keyed: false },
  createQueryExecution: { method: "post", path: "/api/v1/query_executions", keyed: true },
  listQueryExecutions: { method: "get", path: "/api/v1/query_executions", keyed: false, cursor: "id" },
  getDatabaseSchema: { method: "get", path: "/api/v1/databases/{uuid}/schema", keyed: false },
  listKeys: { method: "get", path: "/api/v1/keys", keyed: false },
  createKey: { method: "post", path: "/api/v1/keys", keyed: true },
  revokeKey: { method: "delete", path: "/api/v1/keys/{key_id}", keyed: true },
  listTeams: { method: "get", path: "/api/v1/teams", keyed: false },
  createTeam: { method: "post", path: "/api/v1/teams", keyed: true },
  renameTeam: { method: "patch", path: "/api/v1/teams/{team_id}", keyed: true },
  listMembers: { method: "get", path: "/api/v1/teams/{team_id}/members", keyed: false },
  changeMemberRole: { method: "patch", path: "/api/v1/teams/{team_id}/members/{user_id}", keyed: true },
  removeMember: { method: "delete", path: "/api/v1/teams/{team_id}/members/{user_id}", keyed: true },
  listTeamInvitations: { method: "get", path: "/api/v1/teams/{team_id}/invitations", keyed: false },
  createInvitation: { method: "post", path: "/api/v1/teams/{team_id}/invitations", keyed: true },
  listInvitations: { method: "get", path: "/api/v1/me/invitations", keyed: false },
  acceptInvitation: { method: "post", path: "/api/v1/me/invitations/{invitation_id}/accept", keyed: true },
  declineInvitation: { method: "post", path: "/api/v1/me/invitations/{invitation_id}/decline", keyed: true },
  withdrawInvitation: { method: "delete", path: "/api/v1/teams/{team_id}/invitations/{invitation_id}", keyed: true },
  listAuditLog: { method: "get", path: "/api/v1/audit_log", keyed: false, cursor: "id" },
  getLimits: { method: "get", path: "/api/v1/limits", keyed: false },
} as const;

