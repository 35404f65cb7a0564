variable "payments_password" {
  type      = string
  sensitive = true
}
