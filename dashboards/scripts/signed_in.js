{
  const go = () => {
    // Sent here to sign in, or kept before the login: a path of this host and nothing else.
    const kept = new URLSearchParams(location.search).get('next') || sessionStorage.getItem('shiftledger.link');
    sessionStorage.removeItem('shiftledger.link');
    if (kept && /^\/(?![/\\])/.test(kept) && kept !== location.pathname + location.search) location.replace(kept);
  };
  const code = document.querySelector('[data-sl-code]').dataset.slCode;
  if (!code) go();
  // The session's token never passes through here: the server puts it into a cookie that no script can read.
  else fetch('session', { method: 'POST', headers: { 'X-ShiftLedger-Code': code } }).then(go, go);
}
