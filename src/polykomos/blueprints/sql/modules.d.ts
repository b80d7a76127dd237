/** What the bundler makes of imports that are no TypeScript. */
declare module "*.wasm" {
  const compiled: WebAssembly.Module;
  export default compiled;
}

declare module "*.sql" {
  const text: string;
  export default text;
}

declare module "libpg-query/wasm/libpg-query.js" {
  // biome-ignore lint/suspicious/noExplicitAny: the module's functions are typed where it is loaded
  const create: (options: object) => Promise<any>;
  export default create;
}

declare module "node-sql-parser/build/mysql.js" {
  export const Parser: new () => {
    astify(sql: string, options: { database: string }): unknown;
  };
}
