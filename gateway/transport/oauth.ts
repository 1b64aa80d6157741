/**
 * The token endpoint for partners with a key of their own, and the metadata that lets clients find it
 * (RFC 8414). Bytes and protocol only; errors are those of RFC 6749, section 5.2.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '#shared/errors.ts'
import { readBody, sendJson } from '#shared/http-server.ts'
import { keyPairAlgorithms } from '../config/issuers.ts'
import { isStoreFailure } from '../store/unavailable.ts'
import {
  InvalidScope,
  type AccessToken,
  type GrantByAssertion,
} from '../tokens/client-assertion.ts'

export interface OAuthOptions {
  /** The name of this gateway as partners know it, its address. */
  readonly issuer: string
  readonly grant: GrantByAssertion
}

/**
 * Answers the addresses of OAuth; false when it is none of them. `onRefused` is told of an assertion
 * that was not good, and why.
 */
export type OAuthEndpoint = (
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  onRefused: (error: unknown) => void,
) => Promise<boolean>

const tokenPath = '/oauth/token'
const metadataPath = '/.well-known/oauth-authorization-server'
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const maxBodyBytes = 16 * 1_024
const noStore = { 'cache-control': 'no-store' }

export const createOAuthEndpoint =
  (options: OAuthOptions): OAuthEndpoint =>
  async (path, request, response, onRefused) => {
    if (path === tokenPath) await answer(request, response, { ...options, onRefused })
    else if (path === metadataPath) sendJson(response, 200, metadataOf(options.issuer))
    else return false
    return true
  }

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { issuer, grant, onRefused }: OAuthOptions & { readonly onRefused: (error: unknown) => void },
): Promise<void> {
  if (request.method !== 'POST') {
    throw new AppError('METHOD_NOT_ALLOWED', 'Tokens are asked for by POST.')
  }
  const refuse = (status: 400 | 401, error: string, description: string) =>
    sendJson(response, status, { error, error_description: description }, noStore)
  const form = await formOf(request)
  const assertion = form?.get('client_assertion') ?? ''
  if (form === null) {
    refuse(400, 'invalid_request', 'Each parameter once, as application/x-www-form-urlencoded.')
  } else if (form.get('grant_type') !== 'client_credentials') {
    refuse(400, 'unsupported_grant_type', 'The grant type is client_credentials.')
  } else if (form.get('client_assertion_type') !== assertionType || assertion === '') {
    refuse(400, 'invalid_request', 'A client_assertion of the type jwt-bearer is needed.')
  } else {
    let token: AccessToken
    try {
      token = await grant({
        assertion,
        audiences: [issuer, issuer + tokenPath],
        // A parameter without a value is one that was left out (section 3.2).
        scope: form.get('scope') || null,
      })
    } catch (error) {
      if (error instanceof InvalidScope) {
        refuse(400, 'invalid_scope', 'The scope is more than the plan of this partner grants.')
        return
      }
      if (isStoreFailure(error)) throw error // that is no fault of the client
      onRefused(error)
      refuse(401, 'invalid_client', 'The assertion is not good.')
      return
    }
    sendJson(response, 200, token, noStore)
  }
}

/** Null when it is no form, or says something twice. */
async function formOf(request: IncomingMessage): Promise<URLSearchParams | null> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1)
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return null
  const form = new URLSearchParams(await readBody(request, maxBodyBytes))
  return new Set(form.keys()).size === form.size ? form : null
}

const metadataOf = (issuer: string) => ({
  issuer,
  token_endpoint: issuer + tokenPath,
  grant_types_supported: ['client_credentials'],
  token_endpoint_auth_methods_supported: ['private_key_jwt'],
  token_endpoint_auth_signing_alg_values_supported: keyPairAlgorithms,
  response_types_supported: [],
})
