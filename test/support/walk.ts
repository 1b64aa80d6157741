/** An answer, walked without types: what is there is what the test is about. */
export type Any = Record<string, never>

export const list = (value: unknown): Any[] => value as Any[]

export const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, name) => (inner as Any | null)?.[name], value)
