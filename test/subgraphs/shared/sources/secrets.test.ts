/** Which names are taken for secrets, and which are not. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { looksSecret } from '#shared/sources/secrets.ts'

const secrets = [
  ...['password', 'Password Hash', 'PasswordSalt', 'passwd', 'user_pwd', 'userpassword', 'Hash'],
  ...['api_key', 'apiKey', 'API_TOKEN', 'private_key', 'sessionKey', 'client_secret', 'otp'],
  ...['CardNumber', 'credit_card_number', 'creditCard', 'cvv', 'CVC2', 'pin', 'salt'],
]

const others = [
  ...['name', 'key', 'product_key', 'order_no', 'hashtag', 'compass', 'passenger_name', 'spinner'],
  ...[
    'account_no',
    'card_kind',
    'CreditCardID',
    'discard_number_of_days',
    'result',
    'asphalt',
    'keyword',
  ],
]

it('names that say that they hold a secret are taken for secrets, others are not', () => {
  assert.deepEqual(
    secrets.filter((name) => !looksSecret(name)),
    [],
  )
  assert.deepEqual(others.filter(looksSecret), [])
})
