/**
 * YAML of a mapping set, read so that each problem names its file and line; `${NAME}` anywhere in a
 * value is taken from the environment. Must not know what the file says.
 */
import { readFileSync } from 'node:fs'
import { LineCounter, isMap, isScalar, parseDocument, type Document, type Node } from 'yaml'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Problem {
  /** As people find it: from the folder of the system on. */
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly message: string
}

export interface Entry {
  readonly key: string
  readonly value: unknown
  readonly line: number
  /** Of a map; empty otherwise. */
  readonly entries: readonly Entry[]
}

export interface ReadYaml {
  readonly entries: readonly Entry[]
  readonly problems: readonly Problem[]
}

export function readYamlFile(path: string, file: string, env: Environment): ReadYaml {
  const lines = new LineCounter()
  const problems: Problem[] = []
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines })
  const lineOf = (node: Node | null | undefined) =>
    node?.range ? lines.linePos(node.range[0]).line : 1
  const report = (line: number, message: string) => problems.push({ file, line, message })
  for (const error of [...document.errors, ...document.warnings]) {
    report(
      error.linePos?.[0].line ?? 1,
      error.message.split('\n', 1)[0]?.replace(/ at line.*/, '') ?? '',
    )
  }
  if (problems.length > 0) return { entries: [], problems }
  const contents: Document['contents'] = document.contents
  if (contents !== null && !isMap(contents)) {
    report(lineOf(contents), 'expected keys with values')
    return { entries: [], problems }
  }

  const valueOf = (value: unknown, line: number): unknown => {
    if (typeof value === 'string') return withEnvironment(value, line)
    if (Array.isArray(value)) return value.map((each) => valueOf(each, line))
    return value
  }
  const withEnvironment = (text: string, line: number) =>
    text.replace(/\$\{([A-Z][A-Z0-9_]*)\}/g, (_, name: string) => {
      const value = env[name]
      if (value === undefined) report(line, `the environment has no ${name}`)
      return value ?? ''
    })
  const entriesOf = (node: unknown): Entry[] => {
    if (!isMap(node)) return []
    return node.items.map(({ key, value }) => {
      const line = lineOf(key as Node)
      const written = isScalar(key) ? String(key.source ?? key.value) : ''
      const inner = entriesOf(value)
      const plain = isMap(value) ? undefined : (value as Node | null)?.toJS(document)
      return { key: written, line, entries: inner, value: valueOf(plain, line) }
    })
  }
  return { entries: entriesOf(contents), problems }
}
