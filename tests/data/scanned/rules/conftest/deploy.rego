package main

import rego.v1

deny contains msg if {
  input.kind == "Deployment"
  input.spec.template.spec.hostNetwork
  msg := sprintf("%s shares the network of its host", [input.metadata.name])
}

deny contains {"msg": msg, "severity": "high"} if {
  some container in input.spec.template.spec.containers
  container.securityContext.privileged
  msg := sprintf("%s runs privileged", [container.name])
}

warn contains msg if {
  some container in input.spec.template.spec.containers
  endswith(container.image, ":latest")
  msg := sprintf("%s has no fixed version", [container.name])
}
