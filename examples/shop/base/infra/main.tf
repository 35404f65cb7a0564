provider "aws" {
  region = "eu-west-1"
}

resource "aws_db_instance" "payments" {
  identifier          = "payments"
  engine              = "postgres"
  instance_class      = "db.t3.medium"
  allocated_storage   = 50
  storage_encrypted   = false
  publicly_accessible = false
  username            = "payments"
  password            = var.payments_password
}

resource "aws_security_group" "web" {
  name        = "web"
  description = "The web front"

  ingress {
    description = "HTTPS from everywhere"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
}
