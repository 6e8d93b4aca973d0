/* Words that the verbs of instances share; which verb says which is in its own table. */
#ifndef API_ALIYUN_ECS_INSTANCE_ROWS_H
#define API_ALIYUN_ECS_INSTANCE_ROWS_H

#define ROW_STATE { REFUSE_INSTANCE_STATE, 403, "IncorrectInstanceStatus", "The current status of the resource does not support this operation.", NULL }
#define ROW_LOCKED { REFUSE_INSTANCE_LOCKED_SECURITY, 403, "InstanceLockedForSecurity", "The specified operation is denied as your instance is locked for security reasons.", NULL }
#define ROW_EXPIRED_OR_IN_ARREARS { REFUSE_INSTANCE_LOCKED_FINANCIAL, 403, "InstanceExpiredOrInArrears", "The specified operation is denied as your prepay instance is expired (prepay mode) or in arrears (afterpay mode).", NULL }
#define ROW_START_EXPIRED { REFUSE_INSTANCE_LOCKED_FINANCIAL, 403, "InstanceExpired", "The postPaid instance has been expired. Please ensure your account have enough balance.", NULL }
#define ROW_START_DISK_ERROR { REFUSE_INSTANCE_NO_SYSTEM_DISK, 403, "DiskError", "IncorrectDiskStatus.", NULL }
#define ROW_RELEASE_BUILDING { REFUSE_INSTANCE_BUILDING, 403, "IncorrectInstanceStatus.Initializing", "The specified instance status does not support this operation.", NULL }
#define ROW_RELEASE_PROTECTED { REFUSE_INSTANCE_PROTECTED, 403, "InvalidOperation.DeletionProtection", "The operation is not allowed: deletion protection is on for the instance %s.", NULL }
#define ROW_RELEASE_PRE_PAID { REFUSE_INSTANCE_PRE_PAID, 403, "ChargeTypeViolation", "The operation is not permitted due to charge type of the instance.", NULL }

#endif
