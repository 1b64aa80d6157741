/**
 * What all contestants stand on: the demo data, the systems over HTTP, the supergraph with and without
 * rules, and for our own gateway a configuration as in production: an issuer, its token, an internal
 * secret. All in a folder of its own, which goes when the benchmark ends.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import jwt from 'jsonwebtoken'
import { stringify } from 'yaml'
import { demoIdentities, demoSecret, demoToken } from '../../gateway/tokens/demo.ts'
import { readSupergraphFile } from '../../gateway/supergraph/compose.ts'
import { seedDemo } from '../../subgraphs/demo/seed.ts'
import { root, startProgram, whenReady, type Program } from './process.ts'
import { readQuestions, type Question } from './questions.ts'
import { composed, withoutRules } from './supergraphs.ts'

export interface Stage extends AsyncDisposable {
  /** Where contestants may write. */
  readonly folder: string
  /** The demo data. */
  readonly data: string
  /** The addresses of the systems, by name. */
  readonly systems: Readonly<Record<string, string>>
  /** The schemas of the systems without rules, by name: files. */
  readonly plainSchemas: Readonly<Record<string, string>>
  /** The supergraph with rules, and without: files. */
  readonly supergraph: string
  readonly plainSupergraph: string
  /**
   * Configurations of our gateway: with an issuer and an internal secret, with an audit too, with metrics
   * and traces too, and with none of these.
   */
  readonly config: string
  readonly auditConfig: string
  readonly tracedConfig: string
  readonly openConfig: string
  /** Of demo mode, in which the demo's identities ask; without an audit, as the other rows. */
  readonly demoConfig: string
  /** The headers of a caller with all scopes, for `config` and for demo mode. */
  readonly caller: Headers
  readonly demoCaller: Headers
  readonly questions: readonly Question[]
}

export type Headers = Readonly<Record<string, string>>

const issuer = 'https://issuer.bench.example'
const audience = 'isthmus'
/** Somebody whom HR knows, so that the facts of the caller are complete. */
const { subject } = demoIdentities.admin

/** One caller asks all there is: its points must not be what is measured. */
const limits = {
  employee: { costPerMinute: 1_000_000_000, costPerDay: 1_000_000_000_000, concurrency: 10_000 },
}

export async function buildStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-bench-'))
  const data = join(folder, 'data')
  seedDemo({ data, size: 'small' })
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const keys = join(folder, 'keys.json')
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'RS256', use: 'sig' }
  writeFileSync(keys, JSON.stringify({ keys: [key] }))

  const file = join(root, 'supergraph.yaml')
  const { program, systems, jwksUrl, collector } = await startSystems(file, data, keys)
  const entries = readSupergraphFile(file)
  const plain = entries.map(withoutRules)
  const write = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const everything = { everything: { scopes: ['*'] } }
  const policies = { roles: everything, subjects: { [subject]: ['everything'] } }
  mkdirSync(join(folder, 'policy/partners'), { recursive: true })
  write('policy/roles.yaml', stringify(policies))
  const issuers = [{ issuer, audience, jwksUrl, algorithms: ['RS256'] }]
  const production = { issuers, internalSecret: 'b'.repeat(48), limits }
  const token = jwt.sign({}, privateKey, {
    algorithm: 'RS256',
    keyid: 'bench',
    issuer,
    audience,
    subject,
    expiresIn: '12h',
  })
  return {
    folder,
    data,
    systems,
    plainSchemas: Object.fromEntries(
      plain.map(({ name, sdl }) => [name, write(`${name}.graphql`, sdl)]),
    ),
    supergraph: write('supergraph.graphql', composed(entries, systems)),
    plainSupergraph: write('plain-supergraph.graphql', composed(plain, systems)),
    config: write('config.yaml', stringify({ ...production, audit: { enabled: false } })),
    tracedConfig: write(
      'traced-config.yaml',
      stringify({
        ...production,
        audit: { enabled: false },
        telemetry: {
          metrics: { port: 0 },
          tracing: { endpoint: collector },
        },
      }),
    ),
    auditConfig: write('audit-config.yaml', stringify(production)),
    demoConfig: write('demo-config.yaml', stringify({ limits, audit: { enabled: false } })),
    openConfig: write('open-config.yaml', stringify({ limits })),
    caller: { authorization: `Bearer ${token}` },
    demoCaller: { authorization: `Bearer ${demoToken('admin', demoSecret(data))}` },
    questions: readQuestions(data),
    [Symbol.asyncDispose]: async () => {
      await program[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startSystems(file: string, data: string, keys: string) {
  const program: Program = startProgram([
    process.execPath,
    'test/bench/systems.ts',
    file,
    data,
    keys,
  ])
  const isReady = () => Promise.resolve(program.output().endsWith('}'))
  await whenReady(program, isReady)
  const {
    systems,
    issuer: jwksUrl,
    collector,
  } = JSON.parse(program.output()) as {
    systems: Readonly<Record<string, string>>
    issuer: string
    collector: string
  } // the one line that systems.ts prints
  return { program, systems, jwksUrl, collector }
}
