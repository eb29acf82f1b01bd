from maya import program


class MSceneMessage:
    kBeforeOpen, kAfterOpen, kBeforeNew, kAfterNew = "kBeforeOpen", "kAfterOpen", "kBeforeNew", "kAfterNew"
    kBeforeSave, kAfterSave, kMayaExiting = "kBeforeSave", "kAfterSave", "kMayaExiting"

    @staticmethod
    def addCallback(name, reaction):
        program.callbacks.setdefault(name, []).append(reaction)
        return name
