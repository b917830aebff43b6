"""The server side of formats whose content talks with the server itself, one package for each."""
