// Made by `npm run sdk:generate` of the API's own OpenAPI document. Do not edit.

export interface paths {
    "/auth/magic-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have a sign-in link mailed
         * @description Answers alike whether the address has an account or not. `dev_magic_link` comes in development only.
         */
        post: operations["requestMagicLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange the link's token for a new API key
         * @description The token is the last segment of the link's path. It works once, for 15 minutes.
         */
        post: operations["verifyMagicLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{table}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Query rows
         * @description Newest first unless sorted; at most 100 rows unless limited.
         */
        get: operations["queryRows"];
        put?: never;
        /**
         * Add a row
         * @description Always makes a new row, unless the Idempotency-Key was used within 24 hours.
         */
        post: operations["addRow"];
        /** Delete the rows that match */
        delete: operations["deleteRows"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{table}/upsert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replace the row with the same key fields, or add it */
        post: operations["upsertRow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{table}/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run up to 100 changes, all or none
         * @description One write for the rate limit. When a change fails nothing is kept and `details.index` is its place.
         */
        post: operations["batchRows"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{table}/update_row": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Merge a patch into one row
         * @description A field set to null stays, with the value null.
         */
        post: operations["updateRow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{table}/update_where": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Merge a patch into the rows that match */
        post: operations["updateWhere"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{table}/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count rows */
        get: operations["countRows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{table}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a row was before its last changes, newest first */
        get: operations["listVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{table}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a row what it was in a version, deleted or not */
        post: operations["restoreRow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/_tables": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List tables with their number of rows */
        get: operations["listTables"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/_export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of all tables */
        get: operations["exportTables"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/_keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List keys, without their secrets, newest first */
        get: operations["listKeys"];
        put?: never;
        /**
         * Make a key for the whole account
         * @description `api_key` is shown in this answer only.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/_keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a key */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/_text_field_links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a link to a page that shows and edits one text of a row
         * @description The row is named by id or by a filter that matches it alone. Markdown is rendered, code is highlighted. Whoever has the link can read and change this field, nothing else, until it expires or is ended.
         */
        post: operations["createTextFieldLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/_row_links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a link to a page that shows and edits one row
         * @description Whoever has the link can read and change this row and see its earlier versions, nothing else, until it expires or is ended.
         */
        post: operations["createRowLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/_query_links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a link to a page that shows the rows of a query
         * @description Read-only. The query runs anew each time the page is opened. The download is `{rows:[…]}`.
         */
        post: operations["createQueryLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/_links/{token}": {
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
         * End a link before its time
         * @description The token is the last segment of the path of viewer_url or download_url; both end together. Revoking a key ends the links made with it.
         */
        delete: operations["revokeLink"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        MagicLinkRequest: {
            /** Format: email */
            email: string;
        };
        MagicLinkResponse: {
            ok: boolean;
            /** Format: date-time */
            expires_at: string;
            /** Format: uri */
            dev_magic_link?: string;
        };
        ErrorResponse: {
            error: {
                code: string;
                message: string;
                details?: unknown;
            };
        };
        VerifyMagicLinkRequest: {
            token: string;
        };
        VerifyMagicLinkResponse: {
            api_key: string;
            account_id: string;
        };
        RowVersion: {
            version: number;
            /** Format: date-time */
            archived_at: string;
            deleted: boolean;
            row: {
                [key: string]: unknown;
            } & {
                id: string;
                /** Format: date-time */
                created_at: string;
                /** Format: date-time */
                updated_at: string;
            };
        };
        ApiKey: {
            id: string;
            account_id: string;
            name: string;
            prefix: string;
            /** @enum {string} */
            scope: "*";
            /** Format: date-time */
            revoked_at: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            last_used_at: string | null;
        };
        CreateApiKeyResponse: {
            api_key: string;
            id: string;
            prefix: string;
            /** @enum {string} */
            scope: "*";
        };
        CreateTextFieldLinkRequest: {
            /** @description The row's table */
            table: string;
            /** @description The field that holds the text */
            field: string;
            /** @description The row's id */
            id?: string;
            /** @description Names the row instead of id, and must match it alone */
            filter?: {
                [key: string]: string | number | boolean | null;
            };
            /** @description The download's name; made safe where it is not */
            filename?: string;
            /** @description The text's media type; text/markdown unless filename says otherwise */
            mimeType?: string;
        } | unknown | unknown;
        CreateTextFieldLinkResponse: {
            /**
             * Format: uri
             * @description The page; the token is the last segment of its path
             */
            viewer_url: string;
            /** Format: uri */
            download_url: string;
            /** Format: date-time */
            expires_at: string;
            filename: string;
            mime_type: string;
            table: string;
            field: string;
            /** @description The row */
            id: string;
            /** @description What to keep in mind about the content */
            safety: string;
        };
        CreateRowLinkRequest: {
            /** @description The row's table */
            table: string;
            /** @description The row's id */
            id: string;
            /** @description The download's name; made safe where it is not */
            filename?: string;
        };
        CreateRowLinkResponse: {
            /**
             * Format: uri
             * @description The page; the token is the last segment of its path
             */
            viewer_url: string;
            /** Format: uri */
            download_url: string;
            /** Format: date-time */
            expires_at: string;
            filename: string;
            /** @enum {string} */
            mime_type: "application/json";
            table: string;
            id: string;
            /** @description What to keep in mind about the content */
            safety: string;
        };
        CreateQueryLinkRequest: {
            /** @description The table of the rows */
            table: string;
            filter?: {
                [key: string]: string | number | boolean | null;
            };
            sort?: string;
            limit?: number;
            /** @description The download's name; made safe where it is not */
            filename?: string;
        };
        CreateQueryLinkResponse: {
            /**
             * Format: uri
             * @description The page; the token is the last segment of its path
             */
            viewer_url: string;
            /** Format: uri */
            download_url: string;
            /** Format: date-time */
            expires_at: string;
            filename: string;
            /** @enum {string} */
            mime_type: "application/json";
            table: string;
            filter?: {
                [key: string]: string | number | boolean | null;
            };
            sort?: string;
            limit?: number;
            /** @description What to keep in mind about the content */
            safety: string;
        };
    };
    responses: {
        /** @description An error; its code says which. */
        ErrorResponse: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    requestMagicLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MagicLinkRequest"];
            };
        };
        responses: {
            /** @description The link is on its way */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MagicLinkResponse"];
                };
            };
            400: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            413: components["responses"]["ErrorResponse"];
            415: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    verifyMagicLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerifyMagicLinkRequest"];
            };
        };
        responses: {
            /** @description A new key, shown in this answer only */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerifyMagicLinkResponse"];
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            413: components["responses"]["ErrorResponse"];
            415: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    queryRows: {
        parameters: {
            query?: {
                /** @description A JSON object of field and value, all of which must be equal; null also matches an absent field */
                filter?: string;
                /** @description A field; `-` before it for descending. Equal values follow by id. */
                sort?: string;
                limit?: number;
            };
            header?: never;
            path: {
                table: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        rows: ({
                            [key: string]: unknown;
                        } & {
                            id: string;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        })[];
                    };
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    addRow: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 characters. The same key answers the same row for 24 hours; keys are per account. */
                "Idempotency-Key"?: string;
            };
            path: {
                table: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The new row */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    } & {
                        id: string;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                    };
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            413: components["responses"]["ErrorResponse"];
            415: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    deleteRows: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                table: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    filter: {
                        [key: string]: string | number | boolean | null;
                    };
                };
            };
        };
        responses: {
            /** @description How many rows were deleted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        deleted: number;
                    };
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            413: components["responses"]["ErrorResponse"];
            415: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    upsertRow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                table: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The field, or the fields, that tell which row is the same one */
                    key: string | string[];
                    /** @description The row, without id, created_at and updated_at */
                    row: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description The row */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        created: boolean;
                        row: {
                            [key: string]: unknown;
                        } & {
                            id: string;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        };
                    };
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            413: components["responses"]["ErrorResponse"];
            415: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    batchRows: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                table: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The changes, in order */
                    operations: ({
                        /** @enum {string} */
                        action: "add";
                        row: {
                            [key: string]: unknown;
                        };
                        idempotencyKey?: string;
                    } | {
                        /** @enum {string} */
                        action: "upsert";
                        /** @description The field, or the fields, that tell which row is the same one */
                        key: string | string[];
                        row: {
                            [key: string]: unknown;
                        };
                    } | {
                        /** @enum {string} */
                        action: "update_row";
                        id: string;
                        patch: {
                            [key: string]: unknown;
                        };
                    } | {
                        /** @enum {string} */
                        action: "update_where";
                        filter: {
                            [key: string]: string | number | boolean | null;
                        };
                        patch: {
                            [key: string]: unknown;
                        };
                        /**
                         * @description Whether more than one row may be changed
                         * @default false
                         */
                        allowMultiple?: boolean;
                    } | {
                        /** @enum {string} */
                        action: "delete";
                        filter: {
                            [key: string]: string | number | boolean | null;
                        };
                    })[];
                };
            };
        };
        responses: {
            /** @description One result per operation, as the operation alone would answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        results: {
                            index: number;
                            /** @enum {string} */
                            action: "add" | "upsert" | "update_row" | "update_where" | "delete";
                            result: unknown;
                        }[];
                    };
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            404: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            409: components["responses"]["ErrorResponse"];
            413: components["responses"]["ErrorResponse"];
            415: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    updateRow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                table: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    id: string;
                    patch: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description The row */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        row: {
                            [key: string]: unknown;
                        } & {
                            id: string;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        };
                    };
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            404: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            413: components["responses"]["ErrorResponse"];
            415: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    updateWhere: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                table: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    filter: {
                        [key: string]: string | number | boolean | null;
                    };
                    patch: {
                        [key: string]: unknown;
                    };
                    /**
                     * @description Whether more than one row may be changed
                     * @default false
                     */
                    allowMultiple?: boolean;
                };
            };
        };
        responses: {
            /** @description The rows, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        updated: number;
                        rows: ({
                            [key: string]: unknown;
                        } & {
                            id: string;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        })[];
                    };
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            404: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            409: components["responses"]["ErrorResponse"];
            413: components["responses"]["ErrorResponse"];
            415: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    countRows: {
        parameters: {
            query?: {
                /** @description A JSON object of field and value, all of which must be equal; null also matches an absent field */
                filter?: string;
            };
            header?: never;
            path: {
                table: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many rows match */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        count: number;
                    };
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    listVersions: {
        parameters: {
            query: {
                id: string;
            };
            header?: never;
            path: {
                table: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The versions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        versions: components["schemas"]["RowVersion"][];
                    };
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    restoreRow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                table: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    id: string;
                    /** @description Its number, as the list of versions tells it */
                    version: number;
                };
            };
        };
        responses: {
            /** @description The row */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        row: {
                            [key: string]: unknown;
                        } & {
                            id: string;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        };
                    };
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            404: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            413: components["responses"]["ErrorResponse"];
            415: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    listTables: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tables by name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tables: {
                            name: string;
                            rows: number;
                        }[];
                    };
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    exportTables: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rows of each table, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tables: {
                            [key: string]: ({
                                [key: string]: unknown;
                            } & {
                                id: string;
                                /** Format: date-time */
                                created_at: string;
                                /** Format: date-time */
                                updated_at: string;
                            })[];
                        };
                    };
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
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
            /** @description The keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        keys: components["schemas"]["ApiKey"][];
                    };
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: never;
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
            /** @description The new key */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreateApiKeyResponse"];
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            413: components["responses"]["ErrorResponse"];
            415: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    revokeKey: {
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
            /** @description 1 when the key was in force, else 0 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        revoked: number;
                    };
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    createTextFieldLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTextFieldLinkRequest"];
            };
        };
        responses: {
            /** @description The link */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreateTextFieldLinkResponse"];
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            404: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            409: components["responses"]["ErrorResponse"];
            413: components["responses"]["ErrorResponse"];
            415: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    createRowLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateRowLinkRequest"];
            };
        };
        responses: {
            /** @description The link */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreateRowLinkResponse"];
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            404: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            413: components["responses"]["ErrorResponse"];
            415: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    createQueryLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateQueryLinkRequest"];
            };
        };
        responses: {
            /** @description The link */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreateQueryLinkResponse"];
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            413: components["responses"]["ErrorResponse"];
            415: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
    revokeLink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description 1 when the link was in force, else 0 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        revoked: number;
                    };
                };
            };
            400: components["responses"]["ErrorResponse"];
            401: components["responses"]["ErrorResponse"];
            405: components["responses"]["ErrorResponse"];
            429: components["responses"]["ErrorResponse"];
            500: components["responses"]["ErrorResponse"];
            503: components["responses"]["ErrorResponse"];
        };
    };
}

/** Every code that an error of this API can have. */
export type Code = 
  | "unauthorized"
  | "invalid_token"
  | "rate_limited"
  | "not_found"
  | "method_not_allowed"
  | "unsupported_media_type"
  | "body_too_large"
  | "invalid_json"
  | "invalid_request"
  | "invalid_table_name"
  | "reserved_field"
  | "unsupported_number"
  | "invalid_filter"
  | "empty_filter"
  | "invalid_key"
  | "ambiguous_key"
  | "invalid_idempotency_key"
  | "idempotency_key_reused"
  | "row_not_found"
  | "version_not_found"
  | "multiple_matches"
  | "not_a_text_field"
  | "row_too_large"
  | "table_full"
  | "too_many_tables"
  | "account_full"
  | "result_too_large"
  | "too_many_keys"
  | "internal_error"
  | "unavailable";

/** What a client has to know of each operation when it calls it. */
export const pumadbOperations = {
  requestMagicLink: { method: "post", path: "/auth/magic-link", keyed: false },
  verifyMagicLink: { method: "post", path: "/auth/verify", keyed: false },
  queryRows: { method: "get", path: "/v1/{table}", keyed: false },
  addRow: { method: "post", path: "/v1/{table}", keyed: true },
  deleteRows: { method: "delete", path: "/v1/{table}", keyed: false },
  upsertRow: { method: "post", path: "/v1/{table}/upsert", keyed: false },
  batchRows: { method: "post", path: "/v1/{table}/batch", keyed: false },
  updateRow: { method: "post", path: "/v1/{table}/update_row", keyed: false },
  updateWhere: { method: "post", path: "/v1/{table}/update_where", keyed: false },
  countRows: { method: "get", path: "/v1/{table}/count", keyed: false },
  listVersions: { method: "get", path: "/v1/{table}/versions", keyed: false },
  restoreRow: { method: "post", path: "/v1/{table}/restore", keyed: false },
  listTables: { method: "get", path: "/v1/_tables", keyed: false },
  exportTables: { method: "get", path: "/v1/_export", keyed: false },
  listKeys: { method: "get", path: "/v1/_keys", keyed: false },
  createKey: { method: "post", path: "/v1/_keys", keyed: false },
  revokeKey: { method: "delete", path: "/v1/_keys/{id}", keyed: false },
  createTextFieldLink: { method: "post", path: "/v1/_text_field_links", keyed: false },
  createRowLink: { method: "post", path: "/v1/_row_links", keyed: false },
  createQueryLink: { method: "post", path: "/v1/_query_links", keyed: false },
  revokeLink: { method: "delete", path: "/v1/_links/{token}", keyed: false },
} as const;

