/** The tables of the bench, as the main process made them. */
export function tableNamed(variable: 'CACHE_TABLE' | 'BENTO_TABLE' | 'KEYV_TABLE'): string {
  const name = process.env[variable];
  if (!name) throw new Error(`${variable} is missing`);
  return name;
}
