// An account's server made with npm's `wechat`: node server.js TOKEN APPID AESKEY; prints its port.
// It answers 第12期 with a card, 全部 with eight cards, an event with its name and key, other messages with their type.
'use strict';

const http = require('node:http');
const wechat = require('wechat');

const card = (n) => ({
  title: `第${n}期`,
  description: '摘要',
  picurl: `https://example.org/${n}.png`,
  url: `https://example.org/${n}`,
});

function answer(request, response) {
  const message = request.weixin;
  if (message.MsgType === 'event') {
    response.reply(message.EventKey === 'ALL' ? [1, 2, 3, 4, 5, 6, 7, 8].map(card) : `${message.Event} ${message.EventKey}`);
  } else if (message.MsgType === 'text' && message.Content === '第12期') {
    response.reply([card(12)]);
  } else if (message.MsgType === 'image') {
    response.reply({ type: 'image', content: { mediaId: message.MediaId } });
  } else if (message.MsgType === 'text' && message.Content === '人工') {
    response.transfer2CustomerService();
  } else {
    response.reply(`${message.MsgType} ${message.Content ?? message.Label ?? ''}`);
  }
}

function main([token, appid, encodingAESKey]) {
  const handle = wechat({ token, appid, encodingAESKey }, answer);
  const server = http.createServer((request, response) => {
    request.query = Object.fromEntries(new URL(request.url, 'http://localhost').searchParams);
    handle(request, response, (error) => response.destroy(error));
  });
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
  process.stdin.on('end', () => process.exit()).resume();
}

main(process.argv.slice(2));
