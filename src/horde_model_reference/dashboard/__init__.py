"""The web page where curators work: pages rendered on the server, from the same answers as the API's."""
