/** docs/oracle.md: every case that was found, with what Isthmus and plain Apollo make of it today. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { apollo } from './apollo.ts'
import type { KeptCase } from './case.ts'
import { check, type Verdict } from './check.ts'
import { federated, type Ask } from './federated.ts'

const folder = join(import.meta.dirname, 'found')
export const document = join(import.meta.dirname, '../../docs/oracle.md')

export const foundFiles = (): readonly string[] => readdirSync(folder).toSorted()

export const readFound = (file: string): KeptCase =>
  JSON.parse(readFileSync(join(folder, file), 'utf8')) as KeptCase // written by the oracle

/** What a verdict is called in the table. */
function verdictText(verdict: Verdict | undefined): string {
  if (verdict?.kind === 'wrong') return verdictOfFault[verdict.fault.kind]
  return verdict?.kind === 'refused' ? `refused: \`${verdict.code}\`` : (verdict?.kind ?? 'no case')
}

type FaultKind = Extract<Verdict, { kind: 'wrong' }>['fault']['kind']

const verdictOfFault: Readonly<Record<FaultKind, string>> = {
  CRASH: 'crash',
  COMPLAINT: 'asks a system for what it does not have',
  ERROR_WITHOUT_FAILURE: 'an error where there is an answer',
  ERROR_WITHOUT_PATH: 'an error that does not say where',
  NAMES: '**wrong names, no error**',
  NULL_FOR_NON_NULL: 'null where none may be',
  NULL_TOO_HIGH: 'more is null than has failed',
  ORDER: 'another order of the fields',
  SILENT_NULL: '**null, no error**',
  VALUE: '**a wrong value, no error**',
}

async function worst(kept: KeptCase, ask: Ask): Promise<string> {
  const verdicts = await check(kept, ask)
  const shown = verdicts.find(({ kind }) => kind === 'wrong') ?? verdicts[0]
  return verdictText(shown)
}

export async function oracleDocument(): Promise<string> {
  const rows: string[] = []
  for (const file of foundFiles()) {
    const kept = readFound(file)
    const title = kept.title.replaceAll('|', '\\|')
    rows.push(`| ${title} | ${await worst(kept, federated)} | ${await worst(kept, apollo)} |`)
  }
  return `${head}\n${rows.join('\n')}\n`
}

const head = `# What the oracle found

Made by \`npm run docs:oracle\`; a test holds it true. Do not edit.

The oracle draws a random graph of two to five systems and random questions, and compares the gateway's answer with that of graphql-js over one schema with all data. \`npm test\` asks 500 questions; \`npm run oracle -- --cases 20000 --seed 50000\` asks more of them. \`ISTHMUS_EXECUTOR=apollo npm run oracle\` asks plain Apollo Gateway, its planner and executor, the same.

Each line is one case in \`test/oracle/found/\`: the smallest graph and question that showed a fault, in Apollo's planner, in Apollo's executor, or in Isthmus as it was then.

<!-- prettier-ignore -->
| what was wrong | Isthmus | plain Apollo Gateway |
| --- | --- | --- |`

if (import.meta.main) writeFileSync(document, await oracleDocument())
