/** Reads the values of the configuration, and gathers every problem, so that all of it is told at once. */
import { isObject } from '#shared/json.ts'
import { loopback } from '#shared/sources/address.ts'

/** A mapping of a YAML file, as it came. */
export type Yaml = Readonly<Record<string, unknown>>

/** Whether nobody on the way can change what comes from this address. */
export function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && loopback.has(hostname))
}

/** The variable that a whole value `${NAME}` stands for. */
export const variableIn = (value: unknown): string | undefined =>
  typeof value === 'string' ? /^\$\{([A-Z][A-Z0-9_]*)\}$/.exec(value)?.[1] : undefined

/** Reads what can be wrong into `problems`, so that all of it is told together. */
export class Reader {
  readonly problems: string[] = []

  whole(name: string, value: unknown, fallback: number, low: number, high: number): number {
    if (value === undefined || value === null) return fallback
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    if (typeof number === 'number' && Number.isInteger(number) && number >= low && number <= high)
      return number
    this.problems.push(
      `${name}: ${JSON.stringify(value)} is not a whole number from ${low} to ${high}`,
    )
    return fallback
  }

  text(name: string, value: unknown, fallback?: string): string {
    if (typeof value === 'string' && value !== '') return value
    if ((value === undefined || value === null) && fallback !== undefined) return fallback
    this.problems.push(
      value === undefined ? `${name} is missing` : `${name}: ${JSON.stringify(value)} is not text`,
    )
    return ''
  }

  oneOf<const T extends string | boolean>(
    name: string,
    value: unknown,
    allowed: readonly T[],
    fallback: T,
  ): T {
    if (value === undefined || value === null) return fallback
    const found = allowed.find((each) => each === value)
    if (found !== undefined) return found
    this.problems.push(`${name}: ${JSON.stringify(value)} is none of ${allowed.join(', ')}`)
    return fallback
  }

  url(name: string, value: unknown): string {
    const text = this.text(name, value)
    if (text !== '' && !URL.canParse(text)) this.problems.push(`${name}: "${text}" is no address`)
    return text
  }

  /** Who can change what comes from it can come in as anybody. */
  safeUrl(name: string, value: unknown): string {
    const text = this.url(name, value)
    if (URL.canParse(text) && !isSafeUrl(text))
      this.problems.push(`${name}: "${text}" must be https, but on loopback`)
    return text
  }
}

export const recordOf = (value: unknown): Yaml => (isObject(value) ? value : {})

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
