"""Where each box of the form begins, for the plain copy: line, column, number and our words."""

CAPTIONS: tuple[tuple[int, int, str], ...] = (
    (7, 1, "1 KIND OF PLAN"), (7, 50, "1A INSURED'S ID"), (9, 1, "2 PATIENT"),
    (9, 31, "3 BORN"), (9, 42, "M    F"), (9, 50, "4 INSURED"), (11, 1, "5 ADDRESS"),
    (11, 33, "6 SELF SPOUSE CHILD"), (11, 50, "7 INSURED'S ADDRESS"), (17, 1, "9 OTHER INSURED"),
    (19, 1, "9A OTHER POLICY"), (19, 35, "10A WORK Y/N"), (21, 35, "10B AUTO Y/N"),
    (23, 35, "10C OTHER Y/N"), (17, 50, "11 GROUP"), (23, 50, "11C PLAN"),
    (25, 1, "9D OTHER PLAN"), (25, 52, "11D ANOTHER PLAN Y/N"), (28, 7, "12 PATIENT"),
    (28, 55, "13 INSURED"), (31, 1, "14 ONSET"), (31, 16, "QUAL"), (31, 31, "15 OTHER DATE"),
    (31, 54, "16 OFF WORK FROM"), (31, 68, "UNTIL"), (33, 54, "18 IN HOSPITAL FROM"),
    (33, 68, "UNTIL"), (25, 34, "10D CODES"),
    (21, 50, "11B OTHER CLAIM ID"),
    (33, 1, "17 REFERRING"), (33, 33, "17B NPI"), (35, 1, "19 REMARK"),
    (35, 52, "20 OUTSIDE LAB Y/N"), (37, 1, "21 DIAGNOSES"), (37, 50, "22 RESUBMISSION"),
    (39, 50, "23 AUTHORIZATION"), (42, 1, "24A DATES"), (42, 19, "B"), (42, 22, "C EMG"),
    (42, 25, "D CODE  MODIFIERS"), (42, 45, "E DX"), (42, 50, "F CHARGE"), (42, 59, "G"),
    (42, 63, "H EPSDT"),
    (42, 68, "J NPI"), (55, 1, "25 TAX ID"), (55, 23, "26 OUR NUMBER"), (55, 38, "27 Y/N"),
    (55, 52, "28 TOTAL"), (55, 62, "29 PAID"), (57, 1, "31 CLINICIAN"), (57, 50, "33 BILLED BY"),
    (19, 53, "11A INSURED BORN"), (57, 23, "32 SERVICE PLACE"),
    (62, 50, "33A NPI"), (62, 63, "33B TAXONOMY"),
)  # fmt: skip
