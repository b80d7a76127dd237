/** Access rights of files and folders that only their owner reads and writes, as chmod(2) takes them. */
export const ownerOnlyFile = 0o600;
export const ownerOnlyFolder = 0o700;
/** Others may pass through such a folder, and see nothing of it. */
export const enterOnlyFolder = 0o711;
