/**
 * Milliseconds of processor time that this process has used since: how long its own work takes,
 * however much else the machine has to do meanwhile.
 */
export function startProcessorClock(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1_000;
  };
}
