/** Measures the cost of some work once. */
export type Measurement = () => Promise<number>;

/**
 * Measures all subjects in turns, so that interference from other processes affects all alike. Each turn starts with
 * another subject, since the first may run on a cooler processor.
 * @param warmUps how often each is measured before, until its code has been compiled.
 */
export async function compare(
  subjects: Readonly<Record<string, Measurement>>,
  { turns, warmUps }: { turns: number; warmUps: number },
): Promise<Record<string, number[]>> {
  const names = Object.keys(subjects);
  const samples: Record<string, number[]> = {};
  for (let turn = -warmUps; turn < turns; turn++) {
    for (const name of rotated(names, turn + warmUps)) {
      const sample = await subjects[name]?.();
      if (turn >= 0 && sample !== undefined) samples[name] = [...(samples[name] ?? []), sample];
    }
  }
  return Object.fromEntries(names.map((name) => [name, samples[name] ?? []]));
}

function rotated(names: readonly string[], by: number): string[] {
  const start = by % names.length;
  return [...names.slice(start), ...names.slice(0, start)];
}
