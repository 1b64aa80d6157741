/**
 * The rules by which records are matched, read from `identity.yaml` of the policy folder: every
 * problem at once, with file and line.
 */
import { AppError } from '#shared/errors.ts'
import { readYamlFile, type Entry, type ReadYaml } from '#shared/sources/yaml-file.ts'
import { comparableForm } from './names.ts'
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
  /** Legal forms beside the common ones, as `comparableForm` makes them. */
  readonly legalForms: ReadonlySet<string>
}

const weightNames = ['name', 'address', 'telephone', 'reference'] as const
const thresholdNames = ['accept', 'candidate', 'margin', 'compared', 'nameAtLeast'] as const
const sectionNames = ['weights', 'thresholds', 'several', 'legalForms'] as const

export function readRules(file: string): Rules {
  const { entries, problems: found } = read(file)
  const problems = found.map(({ line, message }) => `${file}:${line}: ${message}`)
  const report: Report = (line, message) => problems.push(`${file}:${line}: ${message}`)
  if (problems.length > 0) throw invalid(problems)

  refuseUnknown(entries, '', sectionNames, report)
  const section = (name: (typeof sectionNames)[number]) => entries.find(({ key }) => key === name)
  const weights = sharesIn(section('weights'), 'weights', weightNames, report)
  const { compared, ...thresholds } = sharesIn(
    section('thresholds'),
    'thresholds',
    thresholdNames,
    report,
  )
  const rules: Rules = {
    weights,
    ...thresholds,
    comparedWeight: compared,
    several: new Set(
      textsOf(section('several'), report).flatMap((text, at) => {
        const known = recordSystems.find((system) => system === text)
        if (known !== undefined) return [known]
        report(
          section('several')?.line ?? 1,
          `several.${at}: "${text}" is none of ${recordSystems.join(', ')}`,
        )
        return []
      }),
    ),
    legalForms: new Set(textsOf(section('legalForms'), report).map(comparableForm)),
  }
  if (problems.length === 0 && rules.candidate > rules.accept) {
    const at = section('thresholds')?.entries.find(({ key }) => key === 'candidate')
    report(
      at?.line ?? 1,
      `thresholds.candidate: ${rules.candidate} is above accept, ${rules.accept}: what is likely is less than what is sure`,
    )
  }
  if (problems.length > 0) throw invalid(problems)
  return rules
}

type Report = (line: number, message: string) => void

function read(file: string): ReadYaml {
  try {
    return readYamlFile(file, file, {})
  } catch (cause) {
    throw new AppError(
      'CONFIGURATION_INVALID',
      `There are no rules to match customers by: ${file} cannot be read. Copy identity.yaml of gateway/policy into your policy folder.`,
      { cause },
    )
  }
}

/** One number from 0 to 1 for each of the names; what is missing is told at what it is missing from. */
function sharesIn<const Name extends string>(
  section: Entry | undefined,
  path: string,
  names: readonly Name[],
  report: Report,
): Readonly<Record<Name, number>> {
  if (section !== undefined && section.value !== undefined)
    report(section.line, `${path}: expected a mapping with ${names.join(', ')}`)
  const entries = section?.entries ?? []
  refuseUnknown(entries, `${path}.`, names, report)
  const shares = names.map((name): [Name, number] => {
    const entry = entries.find(({ key }) => key === name)
    const value = entry?.value
    if (typeof value === 'number' && value >= 0 && value <= 1) return [name, value]
    report(
      entry?.line ?? section?.line ?? 1,
      entry === undefined
        ? `${path}.${name}: is missing`
        : `${path}.${name}: expected a number from 0 to 1, but got ${shown(value)}`,
    )
    return [name, 0]
  })
  return Object.fromEntries(shares) as Readonly<Record<Name, number>> // one for each name
}

function textsOf(entry: Entry | undefined, report: Report): readonly string[] {
  if (entry === undefined || entry.value === null) return []
  if (!Array.isArray(entry.value)) {
    report(entry.line, `${entry.key}: expected a list of text`)
    return []
  }
  for (const [at, value] of entry.value.entries()) {
    if (typeof value !== 'string')
      report(entry.line, `${entry.key}.${at}: expected text, but got ${shown(value)}`)
  }
  return entry.value.filter((value) => typeof value === 'string')
}

function refuseUnknown(
  entries: readonly Entry[],
  path: string,
  known: readonly string[],
  report: Report,
): void {
  for (const { key, line } of entries) {
    if (!known.includes(key))
      report(line, `${path}${key}: is not known here, only ${known.join(', ')}`)
  }
}

const shown = (value: unknown): string =>
  value === undefined || typeof value === 'object' ? 'a list or mapping' : JSON.stringify(value)

const invalid = (problems: readonly string[]) =>
  new AppError('CONFIGURATION_INVALID', `Rules of identity:\n  ${problems.join('\n  ')}`)
