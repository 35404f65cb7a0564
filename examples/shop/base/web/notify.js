const https = require('https');

const token = '@SLACK_TOKEN@';

module.exports = function notify(text) {
  const request = https.request('https://chat.example/api/post', {
    method: 'POST',
    headers: { authorization: 'Bearer ' + token },
  });
  request.end(JSON.stringify({ channel: 'shop', text }));
};
