"""Rolling out line by line: what the work took before and takes now, and whether a line may go on. No person is ranked.

Figures: ``measures``. Gates of a stage: ``gates``. What people may record: ``etl.rollout_desk``.
"""
