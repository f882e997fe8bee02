{
  // Where to go after the login. What somebody else sent us to sign in for stands in the address already.
  sessionStorage.setItem('shiftledger.link', location.pathname + location.search);
}
