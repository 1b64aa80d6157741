/**
 * Takes one check after the other out of a copy of the repository, and shows that a security test
 * fails for each. `npm run test:mutants`; it takes minutes.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Mutant {
  readonly file: string
  readonly find: string
  readonly replace: string
  readonly test: string
}

const authoriseTest = 'test/gateway/request/authorise.test.ts'
const ownRows = 'test/security/own-rows.test.ts'
const partner = 'test/security/partner.test.ts'
const matrix = 'test/security/deny-matrix.test.ts'
const ofRelations = 'test/security/row-matrix-relations.test.ts'
const serve = 'test/subgraphs/shared/serve.test.ts'
const ends = 'test/security/both-ends.test.ts'
const contracts = 'test/security/contracts.test.ts'
const smallGroups = 'test/subgraphs/hr/small-groups.test.ts'
const derived = 'test/security/derived-fields.test.ts'
const scopesOfIssuers = 'test/security/issuer-scopes.test.ts'
const shape = 'test/gateway/engine/shape.test.ts'
const sealed = 'test/gateway/transport/encrypted-answers.test.ts'
const issued = 'test/gateway/tokens/issued.test.ts'
const grants = 'test/gateway/tokens/grants.test.ts'
const store = 'test/gateway/store/store.test.ts'
const chain = 'test/gateway/audit/chain.test.ts'

const at = (
  file: string,
  test: string,
  changes: Readonly<Record<string, string>>,
): readonly Mutant[] =>
  Object.entries(changes).map(([find, replace]) => ({ file, find, replace, test }))

const all: readonly Mutant[] = [
  ...at('gateway/request/authorise.ts', authoriseTest, {
    ' || !this.#mayRead(parent, name, type)': '',
    'asksWith !== null || !this': '!this',
    'if (!this.#meets(type.name)) {': 'if (type.name === "") {',
    ') && this.#meets(returned.name)': ') && returned.name !== ""',
    'for (const coordinate of asks ?? []) touched(coordinate)': 'void touched',
  }),
  ...at('gateway/request/possible-fields.ts', authoriseTest, {
    'isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type]': '[type]',
  }),
  ...at('gateway/request/rights.ts', authoriseTest, {
    'const whole = JSON.stringify([...held].toSorted())': "const whole = ''",
  }),
  ...at('gateway/request/prepare.ts', authoriseTest, { ' ${asksKey(asks)}': '' }),
  ...at('gateway/request/execute.ts', 'test/security/reject.test.ts', {
    "authorization === 'reject' && denied.length > 0":
      "authorization === 'reject' && denied.length < 0",
  }),
  ...at('gateway/policy/principals.ts', ownRows, {
    'const rows = rule === null ? null : await': 'const rows = rule !== "" ? null : await',
  }),
  ...at('gateway/policy/policy.ts', ownRows, {
    'rules.size === 0 || rules.has(null) ? null': 'rules.size >= 0 ? null',
  }),
  ...at('subgraphs/shared/rules/requirements.ts', authoriseTest, {
    '.filter((scope) => !scope.startsWith(policyPrefix))': '',
    'all.every((one) => held.has(one))': 'all.some((one) => held.has(one))',
    'if (holds(name, principal)) held': 'held',
  }),
  ...at('subgraphs/shared/rules/rules.ts', authoriseTest, {
    'if (!isPolicy(name)) throw': 'if (name === "") throw',
    'if (!isMask(as)) throw': 'if (as === "") throw',
    'if (uses !== found.count) {': 'if (uses < 0) {',
    'if (returned === undefined) {': 'if (returned === "") {',
  }),
  ...at('subgraphs/shared/rules/inputs.ts', authoriseTest, {
    'if (!isGiven) inValue(type, defaultValue, touch)': 'if (!isGiven) return',
    'if (isEnumType(type)) touchEnum(type, valueFromAST(node, type), touch)': '',
    'for (const each of coordinates) touchIf(each, touch)': '',
    'inValue(field.type, inner, touch)': '',
  }),
  ...at('subgraphs/shared/rules/enforce.ts', matrix, {
    'if (!meets(has, needs)) throw denied(coordinate)': '',
    'throw denied(type.name)': 'void 0',
  }),
  ...at('subgraphs/shared/rules/enforce.ts', ownRows, {
    'throw denied(coordinate, input)': 'void 0',
    '? value : masked(mask.as, value)': '? value : value',
  }),
  ...at('subgraphs/shared/rules/masks.ts', ownRows, {
    '`****${value.slice(-4)}`': 'value',
  }),
  ...at('subgraphs/shared/relations-plugin.ts', ownRows, {
    'if (guard !== undefined && guarded.has(name)) conditions': 'if (name === "") conditions',
  }),
  ...at('subgraphs/shared/relations-plugin.ts', partner, {
    "if (rule !== 'ALL') conditions.push(eb.lit(false))": '',
    "else if (rule !== 'ALL') conditions.push(rule(eb, limit.parameters, name))": '',
  }),
  ...at('subgraphs/shared/statements.ts', ownRows, {
    '${keyOfRights(rows)} ': '',
  }),
  ...at('subgraphs/shared/row-rights.ts', ownRows, {
    '[limit, [...guarded], ': '[[...guarded], ',
    '[limit, [...guarded], guarded.size === 0 ? [] : Object.keys(own)]': '[limit]',
  }),
  ...at('subgraphs/hr/resolvers.ts', ownRows, {
    "principal.scopes.includes('hr:personal:read')": 'principal.subject !== ""',
  }),
  ...at('subgraphs/shared/internal-token.ts', serve, {
    'algorithms: [key.algorithm],\n        audience,': 'algorithms: [key.algorithm],',
    "if ('crit' in header) throw": "if ('critical' in header) throw",
    '|| exp - iat > maxAgeSeconds': '',
    'htm !== method || !isSame(bodyHash, hashOf(body))': 'htm !== method',
    'if (htm === undefined && bodyHash === undefined && !mustBe) return':
      'if (htm === undefined && bodyHash === undefined) return',
    'htm !== method || !isSame': '!isSame',
  }),
  ...at('subgraphs/shared/internal-token.ts', ends, {
    '`isthmus internal token: ${subgraph}`': "'isthmus internal token'",
  }),
  ...at('gateway/sources/reduced.ts', ends, {
    'principal.scopes.filter((scope) => wanted.has(scope))': 'principal.scopes',
  }),
  ...at('subgraphs/erp/relations.ts', ofRelations, {
    '{ own_customers: inOrder, region_customers':
      "{ own_customers: 'ALL' as const, region_customers",
    "rules: { own_supplier: belongsTo('purchase_order', { poNo: 'poNo' }) }":
      "rules: { own_supplier: 'ALL' }",
    "own_orders: isOneOf('salespersonNo', 'employeeNo')": "own_orders: 'ALL'",
  }),
  ...at('subgraphs/finance/relations.ts', ofRelations, {
    'own_customers: onInvoice, region_customers: onInvoice':
      "own_customers: onInvoice, region_customers: 'ALL' as const",
    "region_customers: belongsTo('debtor', { debtorNo: 'debtorNo' })":
      "region_customers: 'ALL' as const",
  }),
  ...at('subgraphs/crm/relations.ts', ofRelations, {
    'own_customers: belongsTo(parent, on),': "own_customers: 'ALL' as const,",
  }),
  ...at('subgraphs/hr/relations.ts', ofRelations, {
    "rules: { own_department: isOneOf('code', 'departmentCode') }":
      "rules: { own_department: 'ALL' }",
  }),
  ...at('gateway/supergraph/contracts.ts', contracts, {
    '!names.includes(internal) && ': '',
    '(meant.length === 0 || meant.includes(own))': 'meant.length >= 0',
    'if (read.some(isField)) hidden.add(input)': 'void input',
    'return counts.length === 0 ? left': 'return counts.length >= 0 ? left',
  }),
  ...at('gateway/request/views.ts', contracts, {
    'contractOf(generation, audience, excludedTagsOf(subject))': 'generation',
    'excludedTagsOf(subject)': '[]',
  }),
  ...at(
    'gateway/supergraph/filtered-schema.ts',
    'test/gateway/supergraph/filtered-schema.test.ts',
    {
      'given.some((each) => isRequired(each) && !left.includes(each))': 'given.length < 0',
      'fields.length === 0 || isLacking ? []': 'fields.length === 0 ? []',
      'reached.has(each.name.value)': 'reached.size > 0',
    },
  ),
  ...at('gateway/engine/absent.ts', shape, {
    'if (starts.some((start) => places.has(nameOf(start)))) return []': '',
    'part - before(path.slice(0, at), part)': 'part',
  }),
  ...at('gateway/engine/shape.ts', shape, {
    'return isOutside ? absent : problem(': 'return problem(',
    'if (item === absent) leaveOut(shaping, depth + 1)':
      'if (item === absent) items?.push(null as never)',
  }),
  ...at('gateway/transport/graphql.ts', sealed, {
    'await seal(JSON.stringify(answer))': 'JSON.stringify(answer)',
    'await answered().catch(refused), seal': 'await answered(), seal',
  }),
  ...at('gateway/tokens/seal.ts', sealed, { 'aud: subject,': '' }),
  ...at('gateway/cli/targets.ts', 'test/gateway/cli/encrypted-export.test.ts', {
    'found.disabledAt !== null': 'found.disabledAt === 0',
  }),
  ...at('gateway/cli/targets.ts', 'test/gateway/cli/webhook.test.ts', {
    '!exportKeys.mustSayEnc ||': '',
    'await isSealed(plan, encryptionKey)': 'plan.exportKeys === undefined',
  }),
  ...at('gateway/policy/partner-webhook.ts', 'test/gateway/policy/policy.test.ts', {
    "typeof url !== 'string' || !isSafeUrl(url)": "typeof url !== 'string'",
  }),
  ...at('gateway/tokens/encryption-keys.ts', sealed, {
    'if (d !== undefined || !mayEncrypt(jwk))': 'if (!mayEncrypt(jwk))',
    'alg === undefined || alg === algorithm ? algorithm : null': 'algorithm',
    'mustSayEnc ? jwks.filter(saysEnc) : jwks': 'jwks',
  }),
  ...at('gateway/policy/granted.ts', scopesOfIssuers, {
    'scopes.filter((scope) => granted.includes(scope))': '[...scopes]',
    'granted ? scopes.filter((scope) => granted.includes(scope)) : scopes': 'granted ?? scopes',
  }),
  ...at('gateway/tokens/callers.ts', scopesOfIssuers, {
    ', ...(scopes === null ? {} : { scopes })': '',
  }),
  ...at('gateway/tokens/callers.ts', 'test/gateway/tokens/callers.test.ts', {
    'if (known?.subject === subject) return known': 'if (known !== undefined) return known',
  }),
  ...at('gateway/tokens/callers.ts', 'test/gateway/platform/tokens.test.ts', {
    "if (bar !== null) throw new CallerRefused('SUBJECT', bar)": '',
  }),
  ...at('gateway/tokens/verify.ts', scopesOfIssuers, {
    "return partnerScopes === 'optional' ? null : []": 'return null',
  }),
  ...at('gateway/tokens/verify.ts', 'test/security/tokens.test.ts', {
    '!isPlain(sub, maxSubjectLength)': "sub === ''",
  }),
  ...at('gateway/tokens/callers.ts', 'test/security/tokens.test.ts', {
    "if (callers === 'partners') throw new CallerRefused('ISSUER', 'the subject is no partner')":
      '',
    "if (callers === 'employees')\n    throw new CallerRefused('ISSUER', 'this issuer does not speak for partners')":
      '',
  }),
  ...at('gateway/tokens/issued.ts', 'test/gateway/platform/tokens.test.ts', {
    'partnerScopes: scopes,': 'partnerScopes: null,',
  }),
  ...at('gateway/tokens/issued.ts', issued, {
    'if (revision !== known.revision) known': 'if (known.revision < 0) known',
    "status !== 'ACTIVE' && status !== 'ROTATED'": "status === 'EXPIRED'",
    'allows?.(address) === false': "token.id === ''",
  }),
  ...at('gateway/tokens/administration.ts', issued, {
    'await tokens.replace(old.id, id, until)\n    await markChanged(inside)':
      'await tokens.replace(old.id, id, until)',
    'now())\n            await markChanged(inside)': 'now())',
  }),
  ...at('gateway/tokens/grants.ts', grants, {
    "if (disabled.has(subject)) return 'the subject is disabled'": '',
    'return wasPartner && !isPartner(subject) ?': "return wasPartner && subject === '' ?",
    'revision === known.revision\n': 'known.revision >= 0\n',
    'if (written.seen.some(({ subject }) => isNewIn(partners, subject))) await markChanged(inside)':
      'void partners',
    'await work(changing)\n      await markChanged(inside)': 'await work(changing)',
  }),
  ...at('gateway/tokens/client-assertion.ts', 'test/security/client-assertion.test.ts', {
    "if (!isNew) throw new CallerRefused('REPLAYED', 'used before')": 'void isNew',
  }),
  ...at('subgraphs/shared/sources/postgresql-login.ts', 'test/services/store-tls.test.ts', {
    'rejectUnauthorized: true': 'rejectUnauthorized: false',
  }),
  ...at('gateway/turn.ts', 'test/gateway/turn.test.ts', { 'waiting = null\n      try': 'try' }),
  ...at('subgraphs/shared/http-server.ts', 'test/subgraphs/shared/http-server.test.ts', {
    'if (request.readableLength > maxBytes) throw bodyTooLarge(maxBytes)': '',
    'size <= maxBytes': 'size >= 0',
  }),
  ...at('subgraphs/shared/variables.ts', 'test/subgraphs/shared/variables.test.ts', {
    '!isGiven || !takes(value)': '!isGiven',
    'isInputType(type) && ': '',
  }),
  ...at('gateway/store/coalesced.ts', store, {
    'next = null\n    const': 'const',
    'underWay = begun': 'void underWay',
  }),
  ...at('gateway/store/sqlite.ts', store, {
    "alone(() => enclosed('BEGIN IMMEDIATE', 'COMMIT', work))":
      "enclosed('BEGIN IMMEDIATE', 'COMMIT', work)",
    "if (database.isTransaction) database.exec('ROLLBACK')": "database.exec('COMMIT')",
  }),
  ...at('gateway/store/idempotency.ts', store, {
    "if (textOf(known, 'request_hash') === hash)": 'if (known !== null)',
  }),
  ...at('gateway/store/sqlite.ts', chain, { "enclosed('BEGIN IMMEDIATE'": "enclosed('BEGIN'" }),
  ...at('gateway/audit/chain.ts', chain, {
    'else if (keys.link(before.hash, number, entry) !== hash)': "else if (hash === '')",
    'if (anchor.number !== removedThrough)': 'if (anchor.number < 0)',
    'linked(keys, head, wellFormed(entry))': 'linked(keys, head, entry)',
  }),
  ...at('gateway/audit/refusals.ts', 'test/gateway/audit/refusals.test.ts', {
    'named < maxNamed && address !== null': 'address !== null',
    'isIP(plain) === 0 ? null : plain': 'plain',
  }),
  ...at('gateway/audit/audit.ts', 'test/security/refusals.test.ts', { 'refusals.flush()': '' }),
  ...at('gateway/transport/http.ts', 'test/security/refusals.test.ts', {
    'address: clientAddress(request, options.isProxy)':
      "address: request.socket.remoteAddress ?? ''",
    'this.#refused(reasonOf(cause))': '',
  }),
  ...at('gateway/audit/audit.ts', 'test/security/audit.test.ts', {
    'if (mustBeKept(reading, named)) throw error': '',
  }),
  ...at('gateway/store/postgresql.ts', 'test/services/store.test.ts', {
    'SELECT pg_advisory_xact_lock(${lockClass}, ${lock})': 'SELECT ${lock}, ${lockClass}',
    "if (!isStoreFailure(error)) await inside.script('ROLLBACK')": '',
    "return numberOf(row, 'number')": "return numberOf({ ...row, number: 7 }, 'number')",
  }),
  ...at('gateway/limits/redis-concurrency.ts', 'test/services/redis.test.ts', {
    'if before >= tonumber(ARGV[2]) then return before end': '',
    "redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)": '',
    'if (!isAsked) return leaveMemory': 'if (before === null) return leaveMemory',
  }),
  ...at('subgraphs/finance/schema.graphql', derived, {
    [`availableCredit: Money
    @requires(fields: "openOrderValue { amount currency }")
    @requiresScopes(scopes: [["finance:credit:read"]])`]: `availableCredit: Money
    @requires(fields: "openOrderValue { amount currency }")`,
  }),
  ...at('subgraphs/hr/rules.ts', smallGroups, {
    'for (const groups of sums) hideNext(groups, hidden)': '',
    '(left.length > 1 && peopleIn(left) >= smallestGroup)': 'left.length > 1',
  }),
  ...at('subgraphs/hr/resolvers.ts', smallGroups, { "first: 'ALL'": 'first: size' }),
  ...at('subgraphs/erp/schema.graphql', derived, {
    'costedCount: Int @requiresScopes(scopes: [["erp:cost:read"]])': 'costedCount: Int',
  }),
  ...at('gateway/identity/quality.ts', derived, {
    "{ kind: 'CONTRADICTING', customerId, other, field }":
      "{ kind: 'CONTRADICTING', customerId, field, other: { ...other, value: record.taxNumber ?? '' } }",
  }),
  ...at('gateway/tokens/callers.ts', 'test/services/shared-store.test.ts', {
    'if (isStoreFailure(cause)) throw cause': '',
  }),
]

/**
 * Only those whose file or test has this in its name: `npm run test:mutants -- relations`. Those whose
 * test needs a database server run when they are asked for: `npm run test:mutants -- services`.
 */
const [only] = process.argv.slice(2)
const mutants = all.filter(({ file, test }) =>
  only === undefined ? !test.startsWith('test/services/') : `${file} ${test}`.includes(only),
)
if (mutants.length === 0) throw new Error(`no mutant has "${only}" in its file or test`)

const root = join(import.meta.dirname, '../..')
const copy = mkdtempSync(join(tmpdir(), 'isthmus-mutants-'))
const survived: string[] = []
try {
  for (const entry of [
    'gateway',
    'subgraphs',
    'test',
    'package.json',
    'supergraph.yaml',
    'tsconfig.json',
  ])
    cpSync(join(root, entry), join(copy, entry), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const test of new Set(mutants.map((each) => each.test))) {
    if (outcomeOf(test) !== 'passes') throw new Error(`${test} fails before anything is taken out`)
  }
  for (const { file, find, replace, test } of mutants) {
    const path = join(copy, file)
    const before = readFileSync(path, 'utf8')
    if (before.split(find).length < 2) throw new Error(`${file} has no: ${find}`)
    writeFileSync(
      path,
      before.replace(find, () => replace),
    )
    const outcome = outcomeOf(test)
    writeFileSync(path, before)
    const said = { passes: 'SURVIVED', fails: 'found   ', hangs: 'HANGS   ' }[outcome]
    console.log(`${said} ${file}: ${find.replaceAll(/\s+/g, ' ')} (${test})`)
    if (outcome !== 'fails') survived.push(find)
  }
} finally {
  rmSync(copy, { recursive: true })
}
if (survived.length > 0) process.exitCode = 1
console.log(`${mutants.length} mutants, ${survived.length} survived`)

/** A test that runs out of time has found nothing. */
function outcomeOf(test: string): 'passes' | 'fails' | 'hangs' {
  const { status } = spawnSync(process.execPath, ['--test', test], {
    cwd: copy,
    stdio: 'ignore',
    timeout: 600_000,
  })
  if (status === null) return 'hangs'
  return status === 0 ? 'passes' : 'fails'
}
