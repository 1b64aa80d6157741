/**
 * The rules by which records are matched, read from `identity.yaml` of the policy folder: every
 * problem at once, with file and line.
 */
import { readFileSync } from 'node:fs'
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml'
import { AppError } from '#shared/errors.ts'
import { recordSystems, type RecordSystem } from './records.ts'

export interface Rules {
  /** What each field counts for, 0 to 1; 0 leaves it out. */
  readonly weights: {
    readonly name: number
    readonly address: number
    readonly telephone: number
    readonly reference: number
  }
  /** The least sum of weights that must have been compared to match without a decision. */
  readonly comparedWeight: number
  /** The score from which on a record is matched. */
  readonly accept: number
  /** The score from which on somebody decides. */
  readonly candidate: number
  /** How much better than the second the best must be. */
  readonly margin: number
  /** Below this, names contradict the same tax number. */
  readonly nameAtLeast: number
  /** The systems in which one customer may have several records. */
  readonly several: ReadonlySet<RecordSystem>
  /** Legal forms beside the common ones, normalised. */
  readonly legalForms: ReadonlySet<string>
}

const weightNames = ['name', 'address', 'telephone', 'reference'] as const
const thresholdNames = ['accept', 'candidate', 'margin', 'compared', 'nameAtLeast'] as const

export function readRules(file: string): Rules {
  const lines = new LineCounter()
  const document = parsed(file, lines)
  const problems: string[] = []
  const problem = (path: readonly (string | number)[], text: string) => {
    const at = lineOf(document, lines, path)
    problems.push(`${file}:${at}: ${path.join('.')}${path.length > 0 ? ': ' : ''}${text}`)
  }
  for (const { message, pos } of document.errors) {
    problems.push(`${file}:${lines.linePos(pos[0]).line}: ${firstLine(message)}`)
  }
  if (problems.length > 0) throw invalid(problems)

  const reading = { document, problem }
  refuseUnknown(reading, [], ['weights', 'thresholds', 'several', 'legalForms'])
  refuseUnknown(reading, ['weights'], weightNames)
  refuseUnknown(reading, ['thresholds'], thresholdNames)
  const share = (path: readonly string[]) => shareAt(reading, path)
  const rules: Rules = {
    weights: {
      name: share(['weights', 'name']),
      address: share(['weights', 'address']),
      telephone: share(['weights', 'telephone']),
      reference: share(['weights', 'reference']),
    },
    accept: share(['thresholds', 'accept']),
    candidate: share(['thresholds', 'candidate']),
    margin: share(['thresholds', 'margin']),
    comparedWeight: share(['thresholds', 'compared']),
    nameAtLeast: share(['thresholds', 'nameAtLeast']),
    several: new Set(
      textsAt(reading, ['several']).flatMap((text, at) => systemOf(text, at, problem)),
    ),
    legalForms: new Set(
      textsAt(reading, ['legalForms']).map((text) =>
        text.normalize('NFKC').toLowerCase().replace(/[.\s]/g, ''),
      ),
    ),
  }
  if (problems.length === 0 && rules.candidate > rules.accept)
    problem(
      ['thresholds', 'candidate'],
      `${rules.candidate} is above accept, ${rules.accept}: what is likely is less than what is sure`,
    )
  if (problems.length > 0) throw invalid(problems)
  return rules
}

interface Reading {
  readonly document: Document
  readonly problem: (path: readonly (string | number)[], text: string) => void
}

function parsed(file: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(readFileSync(file, 'utf8'), { lineCounter })
  } catch (cause) {
    throw new AppError(
      'CONFIGURATION_INVALID',
      `There are no rules to match customers by: ${file} cannot be read. Copy identity.yaml of gateway/policy into your policy folder.`,
      { cause },
    )
  }
}

function shareAt({ document, problem }: Reading, path: readonly string[]): number {
  const value: unknown = document.getIn(path)
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  problem(
    path,
    value === undefined ? 'is missing' : `expected a number from 0 to 1, but got ${shown(value)}`,
  )
  return 0
}

function textsAt({ document, problem }: Reading, path: readonly string[]): readonly string[] {
  const node: unknown = document.getIn(path, true)
  if (node === undefined || node === null) return []
  if (isSeq(node)) {
    const values = node.items.map((item) => (isScalar(item) ? item.value : item))
    for (const [at, value] of values.entries())
      if (typeof value !== 'string')
        problem([...path, at], `expected text, but got ${shown(value)}`)
    return values.filter((value) => typeof value === 'string')
  }
  problem(path, 'expected a list of text')
  return []
}

function systemOf(text: string, at: number, problem: Reading['problem']): readonly RecordSystem[] {
  const known = recordSystems.find((system) => system === text)
  if (known !== undefined) return [known]
  problem(['several', at], `"${text}" is none of ${recordSystems.join(', ')}`)
  return []
}

function refuseUnknown(
  { document, problem }: Reading,
  path: readonly string[],
  known: readonly string[],
): void {
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true)
  if (!isMap(node)) {
    if (path.length === 0 || node !== undefined)
      problem(path, `expected a mapping with ${known.join(', ')}`)
    return
  }
  for (const { key } of node.items) {
    const name = isScalar(key) ? String(key.value) : ''
    if (!known.includes(name))
      problem([...path, name], `is not known here, only ${known.join(', ')}`)
  }
}

/** The line of a value, of its key, or of what it is missing from. */
function lineOf(
  document: Document,
  lines: LineCounter,
  path: readonly (string | number)[],
): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    if (isScalar(node) || isMap(node) || isSeq(node)) {
      if (node.range) return lines.linePos(node.range[0]).line
    }
  }
  return 1
}

/** Where it is stands before it already. */
const firstLine = (message: string): string =>
  (message.split('\n', 1)[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')

const shown = (value: unknown): string =>
  typeof value === 'object' ? 'a list or mapping' : JSON.stringify(value)

const invalid = (problems: readonly string[]) =>
  new AppError('CONFIGURATION_INVALID', `Rules of identity:\n  ${problems.join('\n  ')}`)
