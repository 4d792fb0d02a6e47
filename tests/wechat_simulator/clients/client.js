// A client of npm behind two pipes (see remote.py): node client.js LIBRARY URL APPID SECRET.
// The only change to a library is its base address. Drafts, which neither library supports, are added with API.mixin,
// as both recommend for new endpoints.
'use strict';

const readline = require('node:readline');

const OPENERS = {
  'co-wechat-api': (API, url, appId, secret) => {
    API.mixin({
      async addDraft(articles) {
        const { accessToken } = await this.ensureAccessToken();
        const address = `${this.prefix}draft/add?access_token=${accessToken}`;
        return this.request(address, { method: 'POST', data: JSON.stringify({ articles }) });
      },
    });
    const api = new API(appId, secret);
    api.prefix = `${url}/cgi-bin/`;
    api.fileServerPrefix = api.prefix;
    api.customservicePrefix = `${url}/customservice/`;
    return (name, args) => api[name](...args);
  },
  'wechat-api': (API, url, appId, secret) => {
    API.mixin({
      addDraft(articles, done) {
        this.preRequest(this._addDraft, [articles, done]);
      },
      _addDraft(articles, done) {
        const address = `${this.endpoint}/cgi-bin/draft/add?access_token=${this.token.accessToken}`;
        const headers = { 'Content-Type': 'application/json' };
        this.request(address, { dataType: 'json', type: 'POST', data: { articles }, headers }, done);
      },
    });
    const api = new API(appId, secret);
    api.endpoint = url;
    api.fileServerPrefix = `${url}/cgi-bin/`;
    const called = (name, args) => (done, failed) => {
      api[name](...args, (error, result) => (error ? failed(error) : done(result)));
    };
    return (name, args) => new Promise(called(name, args));
  },
};

const told = (key, value) =>
  value && value.type === 'Buffer' ? { bytes: Buffer.from(value.data).toString('base64') } : value;

async function answer(call, line) {
  const asked = JSON.parse(line);
  try {
    return { result: (await call(asked.call, asked.args)) ?? null };
  } catch (error) {
    return { error: { name: error.name, code: error.code ?? null, message: error.message } };
  }
}

async function main([library, url, appId, secret]) {
  const call = OPENERS[library](require(library), url, appId, secret);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(call, line), told)}\n`);
  }
}

main(process.argv.slice(2));
