// npm oidc-provider: the client credentials grant, tokens signed by EdDSA, everything in memory.
// Prints what `tests.bench.wire` wants to know: where it listens, and the request that it answers.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider';

const [id, secret] = ['bench', randomBytes(32).toString('hex')];
const key = { ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }), alg: 'EdDSA', use: 'sig' };
const api = { scope: 'read', audience: 'urn:bench', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'EdDSA' } } };
const client = {
  client_id: id,
  client_secret: secret,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  id_token_signed_response_alg: 'EdDSA',
};
const provider = new Provider('http://127.0.0.1', {
  clients: [client],
  jwks: { keys: [key] },
  scopes: ['read'],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => api.audience,
      getResourceServerInfo: () => api,
      useGrantedResource: () => true,
    },
  },
});
const form = 'grant_type=client_credentials&scope=read';
const request = [
  'POST /token HTTP/1.1',
  'host: 127.0.0.1',
  `authorization: Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  'content-type: application/x-www-form-urlencoded',
  `content-length: ${form.length}`,
  '',
  form,
].join('\r\n');
const server = provider.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: server.address().port, requests: { token: [request] } }));
});
