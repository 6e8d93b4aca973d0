# What Terraform makes around an instance. See README.md in this folder for how to run it against Cleat.

terraform {
  required_providers {
    alicloud = { source = "aliyun/alicloud" }
  }
}

variable "suffix" {
  description = "At the end of names and values of tags; change it to see what changes in place"
  default     = ""
}

variable "disk_size" {
  default = 20
}

variable "attached" {
  description = "false detaches the disk"
  default     = true
}

# Region, key, endpoints and trust come from the environment: cleat exec, or eval "$(cleat env terraform-alicloud)".
provider "alicloud" {}

resource "alicloud_vpc" "main" {
  vpc_name   = "demo${var.suffix}"
  cidr_block = "172.16.0.0/12"
  tags       = { team = "a${var.suffix}", kept = "1" }
}

resource "alicloud_vswitch" "main" {
  vswitch_name = "demo${var.suffix}"
  vpc_id       = alicloud_vpc.main.id
  cidr_block   = "172.16.0.0/24"
  zone_id      = "cn-hangzhou-h"
  tags         = { team = "a${var.suffix}" }
}

resource "alicloud_security_group" "main" {
  security_group_name = "demo${var.suffix}"
  vpc_id              = alicloud_vpc.main.id
  tags                = { team = "a${var.suffix}" }
}

resource "alicloud_security_group_rule" "ssh" {
  type              = "ingress"
  ip_protocol       = "tcp"
  policy            = "accept"
  port_range        = "22/22"
  priority          = 1
  security_group_id = alicloud_security_group.main.id
  cidr_ip           = "10.0.0.0/8"
}

resource "alicloud_instance" "main" {
  instance_name        = "demo${var.suffix}"
  instance_type        = "ecs.g7.large"
  image_id             = "aliyun_3_x64_20G_alibase_20240819.vhd"
  vswitch_id           = alicloud_vswitch.main.id
  security_groups      = [alicloud_security_group.main.id]
  system_disk_category = "cloud_essd"
  tags                 = { team = "a${var.suffix}" }
}

resource "alicloud_ecs_disk" "data" {
  zone_id   = "cn-hangzhou-h"
  category  = "cloud_essd"
  size      = var.disk_size
  disk_name = "data${var.suffix}"
  tags      = { team = "a${var.suffix}" }
}

resource "alicloud_ecs_disk_attachment" "data" {
  count       = var.attached ? 1 : 0
  disk_id     = alicloud_ecs_disk.data.id
  instance_id = alicloud_instance.main.id
}

resource "alicloud_ecs_snapshot" "data" {
  count         = var.attached ? 1 : 0
  disk_id       = alicloud_ecs_disk.data.id
  snapshot_name = "data"
  depends_on    = [alicloud_ecs_disk_attachment.data]
}
