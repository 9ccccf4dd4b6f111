"""The files of deploy/ -> do they fit the service, and the programs that read them."""
