/** What the bundler makes of imports that are no TypeScript. */
declare module "*.wasm" {
  const compiled: WebAssembly.Module;
  export default compiled;
}

declare module "*.bin" {
  const bytes: ArrayBuffer;
  export default bytes;
}

declare module "*.sql" {
  const text: string;
  export default text;
}

declare module "node-sql-parser/build/mysql.js" {
  export const Parser: new () => {
    astify(sql: string, options: { database: string }): unknown;
  };
}
