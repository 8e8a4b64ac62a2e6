"""Beyond this machine: a store on a SPARQL 1.1 server, spoken to by the SPARQL 1.1 Protocol and by nothing else."""
