# Log group, alarms and dashboard of pitr-restore.

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "log_group" {
  description = "As in RESTORE_LOG_GROUP."
  type        = string
  default     = "/aws/dynamodb/restore"
}

variable "create_log_group" {
  description = "false when pitr-restore has made the group already."
  type        = bool
  default     = true
}

variable "retention_in_days" {
  type    = number
  default = 90
}

variable "alarm_topic_arn" {
  description = "SNS topic that hears of alarms; empty tells nobody."
  type        = string
  default     = ""
}

variable "approval_minutes" {
  description = "An alarm when a request waits for its approval longer than this."
  type        = number
  default     = 60
}

variable "watch_drills" {
  description = "An alarm when a drill is overdue (drillEveryDays of an environment), or nothing has been heard for a day."
  type        = bool
  default     = true
}

data "aws_region" "current" {}

locals {
  alarm_actions = var.alarm_topic_arn == "" ? [] : [var.alarm_topic_arn]
}

resource "aws_cloudwatch_log_group" "restore" {
  count             = var.create_log_group ? 1 : 0
  name              = var.log_group
  retention_in_days = var.retention_in_days

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_cloudwatch_metric_alarm" "failure" {
  alarm_name          = "pitr-restore-failure"
  alarm_description   = "A restore, drill or undo failed, was rolled back, or needs attention. Its thread, its log file and the log group say why."
  namespace           = "PitrRestore"
  metric_name         = "Failures"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "rollback" {
  alarm_name          = "pitr-restore-rollback"
  alarm_description   = "A swap could not be finished and was put back: live tables are as before the restore. See docs/operating.md."
  namespace           = "PitrRestore"
  metric_name         = "Rollbacks"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "needs_attention" {
  alarm_name          = "pitr-restore-needs-attention"
  alarm_description   = "A restore is neither finished nor put back: live tables are in between. Somebody has to look now. pitr-restore status says at what."
  namespace           = "PitrRestore"
  metric_name         = "NeedsAttention"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "approval_pending" {
  alarm_name          = "pitr-restore-approval-pending"
  alarm_description   = "A request waits for its approval for too long. pitr-restore status says which; approvers find it in Slack."
  namespace           = "PitrRestore"
  metric_name         = "ApprovalPendingAge"
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.approval_minutes * 60
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "drill_overdue" {
  count               = var.watch_drills ? 1 : 0
  alarm_name          = "pitr-restore-drill-overdue"
  alarm_description   = "A drill is overdue, or pitr-restore has not been heard of for a day. To drill: pitr-restore drill ENVIRONMENT."
  namespace           = "PitrRestore"
  metric_name         = "DrillOverdue"
  statistic           = "Maximum"
  period              = 86400
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

resource "aws_cloudwatch_dashboard" "restore" {
  dashboard_name = "pitr-restore"
  dashboard_body = templatefile("${path.module}/dashboard.json", {
    region    = data.aws_region.current.name
    log_group = var.log_group
  })
}
