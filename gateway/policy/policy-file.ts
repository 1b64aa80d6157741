/** A file of the policy, with the lines of what it says: each problem names the place to mend. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { LineCounter, isNode, parseDocument, type Document } from 'yaml'
import { recordOf, type Yaml } from '../config/reader.ts'

export type YamlPath = readonly (string | number)[]

export interface PolicyFile {
  readonly yaml: Yaml
  /** `x.yaml:7`, the line of what stands there, or of the closest that is there. */
  readonly at: (path: YamlPath) => string
}

/** A file that cannot be read says nothing, and is a problem. */
export function readPolicyFile(path: string, problems: string[]): PolicyFile {
  const name = basename(path)
  const lines = new LineCounter()
  let document: Document
  try {
    document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines })
  } catch (cause) {
    problems.push(`${name}: ${firstLine(cause instanceof Error ? cause.message : String(cause))}`)
    return { yaml: {}, at: () => name }
  }
  for (const { message, linePos } of [...document.errors, ...document.warnings])
    problems.push(`${name}:${linePos?.[0].line ?? 1}: ${firstLine(message)}`)
  if (document.errors.length > 0) return { yaml: {}, at: () => name }
  return {
    yaml: recordOf(document.toJS()),
    at: (wanted) => {
      for (let length = wanted.length; length > 0; length -= 1) {
        const node: unknown = document.getIn(wanted.slice(0, length), true)
        if (isNode(node) && node.range) return `${name}:${lines.linePos(node.range[0]).line}`
      }
      return `${name}:1`
    },
  }
}

/** A key that nobody reads is a mistyped one, and what it says does not hold. */
export function refuseUnknown(
  { at }: PolicyFile,
  path: YamlPath,
  value: unknown,
  known: readonly string[],
  problems: string[],
): void {
  for (const key of Object.keys(recordOf(value))) {
    if (known.includes(key)) continue
    const place = [...path, key]
    problems.push(`${at(place)}: "${place.join('.')}" is not known, only ${known.join(', ')}`)
  }
}

const firstLine = (text: string): string =>
  text.split('\n', 1)[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? ''
