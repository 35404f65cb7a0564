provider "aws" {
  region = "eu-west-1"
}
resource "aws_s3_bucket" "data" {
  bucket = "acme-customer-data"
  acl    = "public-read"
}
resource "aws_security_group" "web" {
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_db_instance" "db" {
  engine              = "postgres"
  storage_encrypted   = false
  publicly_accessible = true
  password            = "changeme-changeme"
}
