# What Terraform makes of a volume and its attachment to a server that fleet.json brings. See README.md in the folder above.

terraform {
  required_providers {
    huaweicloud = { source = "huaweicloud/huaweicloud" }
  }
}

variable "cleat_url" {}

variable "suffix" {
  description = "At the end of names and values of tags; change it to see what changes in place"
  default     = ""
}

variable "size" {
  default = 20
}

variable "attached" {
  description = "false detaches the volume"
  default     = true
}

# Region, key and where to log in come from the environment: cleat exec, or eval "$(cleat env terraform-huaweicloud)".
provider "huaweicloud" {
  endpoints = {
    ecs = "${var.cleat_url}/"
    evs = "${var.cleat_url}/"
    iam = "${var.cleat_url}/"
  }
}

resource "huaweicloud_evs_volume" "data" {
  name              = "data${var.suffix}"
  availability_zone = "cn-north-4a"
  volume_type       = "SSD"
  size              = var.size
  tags              = { team = "a${var.suffix}", kept = "1" }
}

resource "huaweicloud_compute_volume_attach" "data" {
  count       = var.attached ? 1 : 0
  instance_id = "0e1ac1a5-0000-4000-8000-000000000001"
  volume_id   = huaweicloud_evs_volume.data.id
}

output "device" {
  value = var.attached ? huaweicloud_compute_volume_attach.data[0].device : ""
}
