/** How names, tax numbers, telephones and addresses are made comparable. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { comparableName, normalised } from '../../../gateway/identity/names.ts'
import {
  comparableAddress,
  comparableTaxNumber,
  comparableTelephone,
} from '../../../gateway/identity/prepare.ts'
import { nameSimilarity } from '../../../gateway/identity/similarity.ts'

describe('a comparable name', () => {
  const same: readonly (readonly [string, string])[] = [
    ['Harbour Foods Ltd.', 'HARBOUR FOODS'],
    ['Harbour Foods Co., Ltd.', 'Harbour Foods Limited'],
    ['Müller & Söhne GmbH & Co. KG', 'Muller Sohne'],
    ['Société Générale S.A.', 'SOCIETE GENERALE'],
    ['A B C Pumps, Inc.', 'A.B.C. Pumps'],
    ['Ｈａｒｂｏｕｒ　Ｆｏｏｄｓ', 'harbour foods'],
    ['港灣食品股份有限公司', '港湾食品'],
    ['臺灣水務有限公司', '台湾水务'],
    ['港灣食品(股)公司', '港灣食品'],
    ['上海港湾食品有限责任公司', '上海港灣食品'],
    ['株式会社港湾', '港湾'],
    ['Harbour Foods 12 (2)', 'Harbour Foods 12'],
    ['Harbour Foods 港灣食品 Co., Ltd. 股份有限公司', 'Harbour Foods 港灣食品'],
  ]
  for (const [one, other] of same) {
    it(`"${one}" is "${other}"`, () => {
      assert.deepEqual(comparableName(one), comparableName(other))
    })
  }

  const different: readonly (readonly [string, string])[] = [
    ['Harbour Foods 12', 'Harbour Foods 13'],
    ['Harbour Foods (Taiwan)', 'Harbour Foods (Japan)'],
    ['港灣食品', '港灣造船'],
  ]
  for (const [one, other] of different) {
    it(`"${one}" is not "${other}"`, () => {
      assert.notDeepEqual(comparableName(one), comparableName(other))
    })
  }

  it('never becomes empty: a company may be called like a legal form', () => {
    assert.deepEqual(comparableName('Company Ltd.').words, ['company', 'ltd'])
    assert.equal(comparableName('公司').han, '公司')
  })

  it('leaves out legal forms that a company adds', () => {
    assert.deepEqual(comparableName('Harbour Perseroan', new Set(['perseroan'])).words, ['harbour'])
    assert.equal(comparableName('港灣工作室', new Set(['工作室'])).han, '港湾')
  })

  it('keeps the marks of scripts that need them', () => {
    assert.equal(normalised('ガス'), 'ガス')
    assert.equal(normalised('ｶﾞｽ'), 'ガス')
  })
})

describe('how alike names are', () => {
  const similarity = (one: string, other: string) =>
    nameSimilarity(comparableName(one), comparableName(other))

  it('is 1 for the same, whatever the case, width and legal form', () => {
    assert.equal(similarity('Harbour Foods Ltd 港灣食品', 'HARBOUR FOODS 港湾食品有限公司'), 1)
  })

  it('compares the writing that both have, and nothing where they have none in common', () => {
    assert.equal(similarity('Harbour Foods 港灣食品', 'Harbour Foods'), 1)
    assert.equal(similarity('Harbour Foods 港灣食品', '港灣食品'), 1)
    assert.equal(similarity('Harbour Foods', '港灣食品'), null)
  })

  it('forgives two letters exchanged, one left out, and a space', () => {
    for (const typed of ['Hrabour Foods', 'Harbor Foods', 'HarbourFoods']) {
      const found = similarity('Harbour Foods', typed) ?? 0
      assert.ok(found >= 0.9, `${typed}: ${found}`)
    }
  })

  it('takes another number for another company, however alike the rest is', () => {
    assert.ok((similarity('Harbour Foods Plant 12', 'Harbour Foods Plant 13') ?? 1) <= 0.5)
    assert.ok((similarity('Harbour Foods', 'Harbour Foods 13') ?? 1) <= 0.5)
  })

  it('is small for different companies, in Latin and in Chinese', () => {
    assert.ok((similarity('Harbour Foods', 'Granite Shipyard') ?? 1) < 0.5)
    assert.ok((similarity('港灣食品', '花崗造船') ?? 1) < 0.5)
  })

  it('is the same from both sides', () => {
    for (const [one, other] of [
      ['Harbour Foods', 'Hrabour Food'],
      ['Great Dyke Paper', 'Great Dyke'],
      ['港灣食品', '港灣食'],
    ] as const)
      assert.equal(similarity(one, other), similarity(other, one))
  })
})

describe('other fields', () => {
  it('tax numbers are compared without signs, and a row of one digit is none', () => {
    assert.equal(comparableTaxNumber('DE 123.456-7'), 'de1234567')
    assert.equal(comparableTaxNumber('１２３４５６７８'), '12345678')
    for (const none of [null, '', ' - ', '00000000', '99999999'])
      assert.equal(comparableTaxNumber(none), null, String(none))
  })

  it('telephones are compared by their last digits', () => {
    assert.equal(comparableTelephone('+886-2-2345-6789'), comparableTelephone('(02) 23456789'))
    assert.equal(comparableTelephone('12345'), null)
  })

  it('addresses are compared by postal code, numbers, words and characters', () => {
    const address = (line: string) =>
      comparableAddress({ line, city: 'Taipei 臺北市', postalCode: '10-6' })
    assert.deepEqual(address('12 Minsheng Road 民生路'), address('12 MINSHENG Rd. 民生路'))
    assert.deepEqual(address('12 Minsheng Rd.'), {
      postalCode: '106',
      numbers: '12',
      line: { words: ['minsheng', 'rd'], han: '' },
      city: { words: ['taipei'], han: '台北市' },
    })
  })
})
