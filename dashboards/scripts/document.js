document.documentElement.lang = document.querySelector('[data-sl-lang]').dataset.slLang;
if (!window.shiftledgerLinks) {
  // A link that we drew changes the address and lets Streamlit run the page: no new load, no new session.
  window.shiftledgerLinks = true;
  document.addEventListener('click', (event) => {
    const link = event.target.closest && event.target.closest('.stHtml a[href]');
    const asked = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (!link || asked || event.defaultPrevented || (link.target && link.target !== '_self')) return;
    if (link.origin !== location.origin || link.hasAttribute('download')) return;
    event.preventDefault();
    history.pushState({}, '', link.href);
    window.dispatchEvent(new PopStateEvent('popstate'));
    const main = document.querySelector('[data-testid="stMain"]');
    if (main) main.scrollTo({ top: 0 });
  });
}
