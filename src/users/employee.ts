/**
 * The human-resources data of a person that the BMS answer shows. Every field is optional: what is absent is
 * shown with the neutral value of the document's own sample. Field names are the document's.
 */
export interface Employee {
  jobNumber?: string;
  companyPhone?: string;
  sex?: string;
  loginByPhone?: string;
  sort?: number;
  petName?: string;
  wechatName?: string;
  deptName?: string;
  deptPath?: string;
  deptDescription?: string;
  status?: string;
  statusDesc?: string;
  positionCode?: string;
  positionId?: number;
  positionName?: string;
  deptId?: number;
  companyId?: number;
  companyName?: string;
  groupId?: number;
  groupName?: string;
  city?: string;
  entryDate?: number;
  peculiarStatusDesc?: string;
  isPosition?: number;
  isRegular?: number;
  isHomeWork?: number;
}
